package main

import (
	"fmt"
	"slices"
	"strings"
)

// A template is a text with places for the cells of a row.
type template []templatePart

type templatePart struct {
	text   string // as it stands, where column is below 0
	column int
}

// parseTemplate reads a text in which {name} is the cell of the column with that
// name, and {{ and }} are braces.
func parseTemplate(text string, columns []string) (template, error) {
	var t template
	plain := func(s string) { t = append(t, templatePart{s, -1}) }
	for text != "" {
		i := strings.IndexAny(text, "{}")
		switch {
		case i < 0:
			plain(text)
			return t, nil
		case i > 0:
			plain(text[:i])
			text = text[i:]
			continue
		case strings.HasPrefix(text, "{{"), strings.HasPrefix(text, "}}"):
			plain(text[:1])
			text = text[2:]
			continue
		case text[0] == '}':
			return nil, fmt.Errorf("a } stands alone in the text: write }} for a brace")
		}
		name, rest, ok := strings.Cut(text[1:], "}")
		if !ok {
			return nil, fmt.Errorf("a { has no } behind it in the text: write {{ for a brace")
		}
		column := slices.Index(columns, strings.ToLower(strings.TrimSpace(name)))
		if column < 0 {
			return nil, fmt.Errorf("no column is called %q; there are: %s", name, strings.Join(columns, ", "))
		}
		t, text = append(t, templatePart{column: column}), rest
	}
	return t, nil
}

// fill puts the cells of a row in their places.
func (t template) fill(cells []string) string {
	var b strings.Builder
	for _, p := range t {
		if p.column < 0 {
			b.WriteString(p.text)
		} else {
			b.WriteString(strings.TrimSpace(cells[p.column]))
		}
	}
	return b.String()
}
