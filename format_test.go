package pigeon_test

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"os"
	"path"
	"slices"
	"strings"
	"testing"
)

func TestFilesAreFormatted(t *testing.T) {
	for _, s := range readSources(t) {
		got, err := os.ReadFile(s.path)
		if err != nil {
			t.Fatal(err)
		}
		want, err := format.Source(got)
		if err != nil {
			t.Errorf("%s: %v", s.path, err)
			continue
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s: not as gofmt writes it: gofmt -w %s", s.path, s.path)
		}
	}
}

// Every package says what it is for, in one place.
func TestPackagesAreExplained(t *testing.T) {
	explained := make(map[string][]string) // by directory: the files that do
	for _, s := range readSources(t) {
		if s.test() {
			continue
		}
		if _, known := explained[s.dir()]; !known {
			explained[s.dir()] = nil
		}
		if s.file.Doc == nil {
			continue
		}
		explained[s.dir()] = append(explained[s.dir()], s.path)
		want := "Package " + s.name() + " "
		if s.name() == "main" {
			want = "Command " + path.Base(s.dir()) + " "
		}
		if got := s.file.Doc.Text(); !strings.HasPrefix(got, want) {
			t.Errorf("%s: the package comment starts with %.30q, want %q", s.path, got, want)
		}
	}
	for dir, files := range explained {
		slices.Sort(files)
		if len(files) != 1 {
			t.Errorf("%s: got package comments in %q, want one", dir, files)
		}
	}
}

// Every exported name has a sentence.
func TestExportedNamesAreExplained(t *testing.T) {
	for _, s := range readSources(t) {
		if s.test() {
			continue
		}
		for _, name := range unexplained(s.file) {
			t.Errorf("%s: %s is exported and has no comment", s.path, name)
		}
	}
}

// unexplained lists the exported names a file declares without a comment: on
// the name, after it, or on the group it stands in.
func unexplained(f *ast.File) []string {
	var all []string
	add := func(name *ast.Ident, docs ...*ast.CommentGroup) {
		if !name.IsExported() {
			return
		}
		for _, d := range docs {
			if d != nil {
				return
			}
		}
		all = append(all, name.Name)
	}
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil || ast.IsExported(receiver(d.Recv.List[0].Type)) {
				add(d.Name, d.Doc)
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				switch spec := spec.(type) {
				case *ast.TypeSpec:
					add(spec.Name, spec.Doc, spec.Comment, d.Doc)
				case *ast.ValueSpec:
					// A constant under iota, or of a type that is explained,
					// may be explained by its type.
					for _, name := range spec.Names {
						if d.Tok == token.VAR || spec.Type == nil && len(spec.Values) > 0 {
							add(name, spec.Doc, spec.Comment, d.Doc)
						}
					}
				}
			}
		}
	}
	return all
}

// receiver is the name of a method's type.
func receiver(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return receiver(e.X)
	case *ast.IndexExpr:
		return receiver(e.X)
	case *ast.IndexListExpr:
		return receiver(e.X)
	case *ast.Ident:
		return e.Name
	}
	return fmt.Sprintf("%T", e)
}

func TestUnexplainedNamesAreFound(t *testing.T) {
	const src = `package x

// A has one.
type A int

type B int

// M has one.
func (A) M() {}

func (a *A) N() {}

func (b) O() {}

func F() {}

func f() {}

const C = 1

const D = 2 // has one

// The group has one.
const (
	E = 1
	G A = 2
)

var V, w = 1, 2
`
	f, err := parser.ParseFile(token.NewFileSet(), "x.go", src, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := strings.Join(unexplained(f), " "), "B N F C V"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
