package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/pigeon-sms/pigeon/modem/usb"
)

const services = "../../systemd/"

func readService(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(services + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// set reports whether a unit has a line KEY=… with a word in it.
func set(unit, key, word string) bool {
	for line := range strings.Lines(unit) {
		if k, v, ok := strings.Cut(strings.TrimSpace(line), "="); ok && k == key && slices.Contains(strings.Fields(v), word) {
			return true
		}
	}
	return false
}

// The unit shuts the daemon in, and leaves it what it works with: see usb.Switches
// and usb.Watch, the ports, the state directory.
func TestUnitAllowsWhatTheDaemonDoes(t *testing.T) {
	unit := readService(t, "pigeon.service")
	for _, want := range []struct{ key, word string }{
		{"User", "pigeon"}, {"SupplementaryGroups", "dialout"}, {"StateDirectory", "pigeon"},
		{"ProtectSystem", "strict"}, {"NoNewPrivileges", "yes"},
		{"ProtectKernelTunables", "yes"}, {"ReadWritePaths", "/sys/devices"},
		{"RestrictAddressFamilies", "AF_NETLINK"}, {"LimitNOFILE", "1024"},
	} {
		if !set(unit, want.key, want.word) {
			t.Errorf("the unit has no %s=%s", want.key, want.word)
		}
	}
	for _, key := range []string{"PrivateDevices", "DevicePolicy", "ProtectClock"} {
		if regexp.MustCompile(`(?m)^` + key + `=`).MatchString(unit) {
			t.Errorf("%s keeps a modem away that is plugged in later", key)
		}
	}
	users := readService(t, "pigeon.sysusers")
	for _, line := range []string{"u pigeon ", "m pigeon dialout", "m pigeon gpio", "g gpio "} {
		if !strings.Contains(users, "\n"+line) {
			t.Errorf("sysusers has no line %q", line)
		}
	}
	tool, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip("NOT CHECKED: the unit's words, because systemd-analyze is not installed")
	}
	file := filepath.Join(t.TempDir(), "pigeon.service") // with a program that is there
	if err := os.WriteFile(file, []byte(strings.Replace(unit, "/usr/bin/pigeon", "/bin/true", 1)), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(tool, "verify", file).CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("systemd-analyze verify: %v\n%s", err, out)
	}
}

// ruleCommands are what the udev rules run for a device, below a root, as one's own
// group.
func ruleCommands(t *testing.T, root, match, devpath, id string) []string {
	t.Helper()
	out, err := exec.Command("id", "-gn").Output()
	if err != nil {
		t.Skipf("NOT CHECKED: what the udev rules run: %v", err)
	}
	mine := strings.TrimSpace(string(out))
	rules := strings.ReplaceAll(readService(t, "60-pigeon.rules"), "\\\n", "")
	var all []string
	for line := range strings.Lines(rules) {
		if strings.HasPrefix(line, "#") || !strings.Contains(line, match) {
			continue
		}
		for _, m := range regexp.MustCompile(`RUN\+="([^"]*)"`).FindAllStringSubmatch(line, -1) {
			all = append(all, strings.NewReplacer("$devpath", devpath, "$id", id, "/sys", filepath.Join(root, "sys"),
				"chgrp pigeon", "chgrp "+mine, "chgrp -f pigeon", "chgrp "+mine).Replace(m[1]))
		}
	}
	return all
}

// What the udev rules run lets the group write each file that a reset writes, and
// keeps a modem awake.
func TestRulesAllowResets(t *testing.T) {
	c := newClinic(t)
	const hub = "/devices/platform/scb/usb1/1-1/1-1:1.0"
	c.write("sys"+hub+"/1-1-port2/disable", "0")
	c.link("sys/bus/usb/devices/1-1:1.0", "/sys"+hub)
	c.write(modemDir+"/power/control", "auto")

	files := usb.Switches(c.root, "1-1.2")
	if len(files) != 2 {
		t.Fatalf("a reset writes %q", files)
	}
	for _, file := range files {
		if err := os.Chmod(file, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	run := ruleCommands(t, c.root, `SUBSYSTEM=="tty"`, "", "1-1.2")
	run = append(run, ruleCommands(t, c.root, `DRIVER=="hub"`, hub, "")...)
	for _, cmd := range run {
		if out, err := exec.Command("sh", "-c", cmd).CombinedOutput(); err != nil || len(out) > 0 {
			t.Errorf("%s: %v\n%s", cmd, err, out)
		}
	}
	for _, file := range files {
		if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o620 {
			t.Errorf("%s: %v, %v; want the group to write it", file, info.Mode(), err)
		}
	}
	if b, err := os.ReadFile(filepath.Join(c.root, modemDir, "power/control")); err != nil || strings.TrimSpace(string(b)) != "on" {
		t.Errorf("power/control is %q, %v", b, err)
	}
	if rules := readService(t, "60-pigeon.rules"); !strings.Contains(rules, `KERNEL=="gpiochip*", GROUP="gpio"`) {
		t.Error("no rule gives the GPIO chips to their group")
	}
}

// Whoever follows docs/operating.md installs every file there is.
func TestEveryServiceFileIsInstalled(t *testing.T) {
	guide, err := os.ReadFile("../../docs/operating.md")
	if err != nil {
		t.Fatal(err)
	}
	all, err := os.ReadDir(services)
	if err != nil || len(all) < 4 {
		t.Fatalf("%d files, %v", len(all), err)
	}
	for _, f := range all {
		m := regexp.MustCompile(`install -m 644 systemd/` + regexp.QuoteMeta(f.Name()) + `\s+(/\S+)`).FindStringSubmatch(string(guide))
		if m == nil {
			t.Errorf("the guide does not install %s", f.Name())
		} else if !strings.Contains(readService(t, f.Name()), m[1]) {
			t.Errorf("%s says another place than the guide, %s", f.Name(), m[1])
		}
	}
}
