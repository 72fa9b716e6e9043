package main

import (
	"os"
	"path/filepath"
	"testing"
)

func TestConfigCheck(t *testing.T) {
	d := newDesk(t)
	good := "testdata/config/good/listen.toml"
	d.want(t, 0, good+": good\n", "", "config", "check", good)
	d.want(t, 0, `{"file":"`+good+`","ok":true,"faults":[]}`+"\n", "", "config", "check", "--json", good)

	bad := "testdata/config/bad/escape.toml"
	told := "pigeon: " + bad + `:3: route[1].to: invalid escape in string '\+'` + "\n"
	d.want(t, 1, "", told, "config", "check", bad)
	d.want(t, 1, `{"file":"`+bad+`","ok":false,"faults":[{"line":3,"key":"route[1].to","text":"invalid escape in string '\\+'"}]}`+"\n",
		told, "config", "check", bad, "--json")

	d.want(t, 1, "", "pigeon: read the configuration: open nowhere.toml: no such file or directory\n", "config", "check", "nowhere.toml")
	d.want(t, 1, `{"file":"nowhere.toml","ok":false,"faults":[{"text":"read the configuration: open nowhere.toml: no such file or directory"}]}`+"\n",
		"pigeon: read the configuration: open nowhere.toml: no such file or directory\n", "config", "check", "nowhere.toml", "--json")
	if code := d.run(t.Context(), "config", "check", "one", "two"); code != 2 {
		t.Errorf("two files: got exit status %d, want 2", code)
	}
}

func TestConfigCheckWithoutAFile(t *testing.T) {
	d := newDesk(t)
	d.want(t, 0, "there is no /etc/pigeon/pigeon.toml: the daemon runs on its defaults\n", "", "config", "check")
	d.want(t, 0, `{"ok":true,"faults":[]}`+"\n", "", "config", "check", "--json")

	path := filepath.Join(d.root, "etc/pigeon/pigeon.toml")
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("colour = 1\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	d.want(t, 1, "", "pigeon: "+path+":1: colour: there is no such key\n", "config", "check")
}

func TestConfigExample(t *testing.T) {
	d := newDesk(t)
	d.want(t, 0, exampleConfig, "", "config", "example")
	if code := d.run(t.Context(), "config", "example", "more"); code != 2 {
		t.Errorf("an argument too many: got exit status %d, want 2", code)
	}
}
