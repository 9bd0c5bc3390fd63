#include "harness/record/portable.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace interleave {
namespace {

using testing::ElementsAre;

const PrivateFolders private_folders{"/home/ada/code/interleave", "/home/ada"};

TEST(Portable, shortens_paths_and_nothing_else) {
  struct Case {
    const char* text;
    const char* expected;
  };
  constexpr Case kCases[] = {
      {"/home/ada/code/interleave/build/release/bin/interleave-backend", "build/release/bin/interleave-backend"},
      {"/home/ada/code/interleave", "."},
      {"/home/ada/code/interleave/", "./"},
      {"/home/ada/other/server", "~/other/server"},
      {"/home/ada", "~"},
      {"kept in /home/ada.", "kept in ~."},
      {"/home/ada/\u00fc/.x", "~/\u00fc/.x"},
      {"--workload=/home/ada/code/interleave/workloads/hello.toml", "--workload=workloads/hello.toml"},
      {"error: /home/ada/code/interleave/a.toml: no; see /home/ada/b.", "error: a.toml: no; see ~/b."},
      {"'/home/ada/code/interleave/a' and '/home/ada/code/interleave/b'", "'a' and 'b'"},
      // Another folder whose name begins alike, or that lies below another one.
      {"/home/ada/code/interleave2/a", "~/code/interleave2/a"},
      {"/home/adam/a", "/home/adam/a"},
      {"/home/ada.old/a", "/home/ada.old/a"},
      {"/mnt/home/ada/a", "/mnt/home/ada/a"},
      {"x/home/ada/a", "x/home/ada/a"},
      {"/usr/bin/python3", "/usr/bin/python3"},
      {"127.0.0.1:0", "127.0.0.1:0"},
      {"", ""},
  };
  for (const Case& c : kCases) EXPECT_EQ(portable(c.text, private_folders), c.expected) << c.text;
}

TEST(Portable, takes_no_folder_that_is_unknown_or_everybodys) {
  EXPECT_EQ(portable("/home/ada/a", PrivateFolders{}), "/home/ada/a");
  EXPECT_EQ(portable("/home/ada/a", PrivateFolders{"/", "/"}), "/home/ada/a");
}

TEST(Portable, reaches_every_free_text_of_a_trial) {
  TrialRecord trial;
  trial.processes["server"].command = {"/home/ada/s", "--workload", "/home/ada/code/interleave/workloads/w.toml"};
  trial.findings = {{Reason::server_died, "error: /home/ada/x"}};
  trial.warnings = {{"/home/ada/y", "see /home/ada/z"}};
  const TrialRecord written = portable(trial, private_folders);
  EXPECT_THAT(written.processes.at("server").command, ElementsAre("~/s", "--workload", "workloads/w.toml"));
  EXPECT_EQ(written.findings[0].detail, "error: ~/x");
  EXPECT_EQ(written.warnings[0].text, "~/y");
  EXPECT_EQ(written.warnings[0].hint, "see ~/z");
}

TEST(Portable, reaches_every_free_text_of_a_run) {
  RunRecord run;
  run.skipped = {{"prefork", "/home/ada/x is missing"}};
  run.warnings = {{"/home/ada/y", "see /home/ada/z"}};
  const RunRecord written = portable(run, private_folders);
  EXPECT_EQ(written.skipped[0].reason, "~/x is missing");
  EXPECT_EQ(written.warnings[0].text, "~/y");
  EXPECT_EQ(written.warnings[0].hint, "see ~/z");
}

}  // namespace
}  // namespace interleave
