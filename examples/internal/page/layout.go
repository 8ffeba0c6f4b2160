package page

import (
	_ "embed"
	"html/template"
)

//go:embed layout.html
var layoutText string

var layout = template.Must(template.New("page").Parse(layoutText))
