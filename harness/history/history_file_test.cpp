#include "harness/history/history_file.hpp"

#include <fstream>
#include <iterator>
#include <thread>

#include <gmock/gmock.h>

#include "core/base/error.hpp"
#include "harness/cli/temporary_folder.hpp"
#include "harness/history/history_examples.hpp"

namespace interleave {
namespace {

using examples::history_entry;
using testing::AllOf;
using testing::HasSubstr;
using testing::SizeIs;
using testing::ThrowsMessage;

class HistoryFile : public testing::Test {
 protected:
  [[nodiscard]] std::string text() const {
    std::ifstream in(file_);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  void write(const std::string& text) const { std::ofstream(file_) << text; }

  TemporaryFolder folder_;
  std::filesystem::path file_ = folder_.path() / "history.ndjson";
};

TEST_F(HistoryFile, gives_back_what_was_added) {
  HistoryEntry entry = history_entry("abc", 1, 20.5);
  entry.cells.push_back(entry.cells.front());
  entry.cells.back().load.rate = OfferedRate{.rps = 900.0, .percent = 50.0};
  entry.cells.back().validity = Validity::suspect;
  add_to_history(file_, entry, false);
  add_to_history(file_, history_entry("def", 2, 21), false);
  const std::vector<HistoryEntry> read = read_history(file_);
  ASSERT_THAT(read, SizeIs(2));
  EXPECT_EQ(to_line(read[0]), to_line(entry));
  EXPECT_EQ(read[0].machine, entry.machine);
  EXPECT_EQ(read[0].cells[1].load, entry.cells[1].load);
  EXPECT_EQ(read[1].commit, "def");
}

TEST_F(HistoryFile, refuses_a_commit_twice_and_replaces_it_where_it_stands) {
  add_to_history(file_, history_entry("abc", 1, 20), false);
  add_to_history(file_, history_entry("def", 2, 21), false);
  const std::string before = text();
  EXPECT_THAT([&] { add_to_history(file_, history_entry("abc", 3, 22), false); },
              ThrowsMessage<UsageError>(AllOf(HasSubstr("history.ndjson:1: commit abc"), HasSubstr("--replace"))));
  EXPECT_EQ(text(), before);
  add_to_history(file_, history_entry("abc", 3, 22), true);
  const std::vector<HistoryEntry> read = read_history(file_);
  ASSERT_THAT(read, SizeIs(2));
  EXPECT_EQ(read[0].cells[0].figures.at("cpu_us_per_request").estimate, 22);
}

TEST_F(HistoryFile, a_commit_has_a_line_for_each_machine_and_plan) {
  add_to_history(file_, history_entry("abc", 1, 20), false);
  add_to_history(file_, history_entry("abc", 1, 20, "6.2"), false);
  HistoryEntry other_plan = history_entry("abc", 1, 20);
  other_plan.conditions.plan = "full";
  add_to_history(file_, other_plan, false);
  EXPECT_THAT(read_history(file_), SizeIs(3));
}

TEST_F(HistoryFile, names_the_line_that_is_wrong_and_leaves_the_file_as_it_is) {
  const std::string good = to_line(history_entry("abc", 1, 20));
  std::string other_machine = good;
  other_machine.replace(other_machine.find("a CPU"), 5, "b CPU");
  const std::vector<std::pair<std::string, std::string>> cases{
      {good.substr(0, 40), "truncated or not JSON"},
      {"", "truncated or not JSON"},
      {"[]", "truncated or not JSON"},
      {R"({"schema_version": 9})", "schema_version is 9, this program reads 1"},
      {R"({"schema_version": 1})", "'conditions' is missing"},
      {other_machine, "'fingerprint' does not fit"},
  };
  for (const auto& [line, problem] : cases) {
    const std::string content = good + line + "\n" + to_line(history_entry("def", 2, 20));
    write(content);
    const auto expected =
        ThrowsMessage<UsageError>(AllOf(HasSubstr("history.ndjson:2: " + problem), Not(HasSubstr("\n"))));
    EXPECT_THAT([&] { (void)read_history(file_); }, expected);
    EXPECT_THAT([&] { add_to_history(file_, history_entry("ghi", 3, 20), true); }, expected);
    EXPECT_EQ(text(), content);
  }
}

TEST_F(HistoryFile, is_asked_for_where_there_is_none) {
  EXPECT_THAT([&] { (void)read_history(file_); }, ThrowsMessage<UsageError>(HasSubstr("no such history")));
}

TEST_F(HistoryFile, loses_nothing_when_many_add_at_once) {
  std::vector<std::thread> threads;
  threads.reserve(8);
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back(
        [this, i] { add_to_history(file_, history_entry(fmt::format("c{}", i), 1 + i, 20), false); });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(read_history(file_), SizeIs(8));
}

TEST_F(HistoryFile, lines_are_appended_to_any_log) {
  append_line(file_, "{}");
  append_line(file_, "{\"a\":1}\n");
  EXPECT_EQ(text(), "{}\n{\"a\":1}\n");
}

TEST(Fingerprint, changes_with_every_fact_and_with_nothing_else) {
  const MachineFacts machine = history_entry("abc", 1, 20).machine;
  EXPECT_EQ(fingerprint(machine), fingerprint(history_entry("def", 2, 30).machine));
  MachineFacts other = machine;
  other.flags = "-O2";
  EXPECT_NE(fingerprint(machine), fingerprint(other));
  other = machine;
  other.pinned = false;
  EXPECT_NE(fingerprint(machine), fingerprint(other));
  other = machine;
  other.memory_gib = 3;
  EXPECT_NE(fingerprint(machine), fingerprint(other));
}

TEST(Fingerprint, ignores_the_memory_a_kernel_keeps_for_itself) {
  HostFacts host;
  host.memory_mib = 3900;
  const MachineFacts before = machine_of(host, {}, "Release", {});
  host.memory_mib = 3907;
  EXPECT_EQ(fingerprint(before), fingerprint(machine_of(host, {}, "Release", {})));
  EXPECT_EQ(before.flags, "unknown");
}

}  // namespace
}  // namespace interleave
