// Command rainbow runs a whole economy of heavy and light services over years and
// answers the questions that rainbow staking asks: who earns what, what a
// fault costs whom, and what withholding light stake can stop.
package main

import (
	"flag"
	"fmt"
	"io"
	"strings"

	"github.com/stakesim/stakesim/examples/internal/cli"
	"github.com/stakesim/stakesim/examples/internal/page"
	"github.com/stakesim/stakesim/spec/table"
)

const usage = `Run an economy of heavy and light services and answer one question about it, or all.

usage: rainbow [flags]

  rainbow                                  the economy over three years, year by year
  rainbow -question liquid                 LightETH-Bob at 5 % against LightETH-David at 10 %
  rainbow -question revenue                the share of permissionless operators by alpha
  rainbow -question fault -format markdown what a fault costs heavy and light delegators
  rainbow -question all -html report.html  everything, as a page with charts

flags:
`

func main() { cli.Main("rainbow", run) }

// answer is a table, and for the page what it says and its charts.
type answer struct {
	key, title, text string
	table            *table.Table
	charts           []page.Chart
}

// questions are what the program answers, in the order of -question all.
var questions = []struct {
	name string
	ask  func(plan) (answer, error)
}{
	{"economy", askEconomy},
	{"liquid", askLiquid},
	{"fault", askFault},
	{"revenue", askRevenue},
	{"stall", askStall},
	{"leverage", askLeverage},
	{"unbundling", askUnbundling},
}

func questionNames() string {
	var names []string
	for _, q := range questions {
		names = append(names, q.name)
	}
	return strings.Join(names, ", ")
}

func run(args []string, _ io.Reader, out io.Writer) error {
	flags := flag.NewFlagSet("rainbow", flag.ContinueOnError)
	p := defaultPlan()
	question := flags.String("question", "economy", questionNames()+" or all")
	format := flags.String("format", "text", "text, csv, json or markdown")
	html := flags.String("html", "", "write a report with charts to `FILE`")
	p.bind(flags)
	if helped, err := cli.Parse(flags, args, usage, out); helped || err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return cli.Usagef("unexpected argument %q", flags.Arg(0))
	}
	f, err := table.ParseFormat(*format)
	if err != nil {
		return cli.Usagef("-format: %v", err)
	}
	if err := p.validate(); err != nil {
		return err
	}
	var answers []answer
	for _, q := range questions {
		if *question == q.name || *question == "all" {
			a, err := q.ask(p)
			if err != nil {
				return fmt.Errorf("%s: %w", q.name, err)
			}
			a.key = q.name
			answers = append(answers, a)
		}
	}
	if len(answers) == 0 {
		return cli.Usagef("-question %q: one of %s or all", *question, questionNames())
	}
	return write(out, f, *html, append([]string{"rainbow"}, args...), p, answers)
}
