#include "harness/record/record_io.hpp"

#include <cstdlib>
#include <fstream>
#include <iterator>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "core/base/error.hpp"
#include "harness/record/record_examples.hpp"
#include "harness/record/summarize.hpp"

namespace interleave {
namespace {

using testing::HasSubstr;

std::string read(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// The example run in a folder of its own; INTERLEAVE_EXAMPLES names one that stays, for the test of the schemas.
class RecordIo : public testing::Test {
 protected:
  void SetUp() override {
    if (const char* kept = std::getenv("INTERLEAVE_EXAMPLES"); kept != nullptr) {
      folder_ = kept;
      keep_ = true;
    } else {
      std::string name = testing::TempDir() + "run_XXXXXX";
      ASSERT_NE(::mkdtemp(name.data()), nullptr);
      folder_ = name;
    }
    std::filesystem::create_directories(folder_ / "trials");
    write_run(folder_, examples::run());
    for (const TrialRecord& trial : examples::trials()) write_trial(folder_, trial);
  }
  void TearDown() override {
    if (!keep_) std::filesystem::remove_all(folder_);
  }

  std::filesystem::path folder_;
  bool keep_ = false;
};

TEST_F(RecordIo, a_run_read_back_is_the_run_written) {
  EXPECT_EQ(to_json(read_run(folder_)), to_json(examples::run()));
}

TEST_F(RecordIo, trials_read_back_are_the_trials_written_in_the_order_of_the_run) {
  const auto written = examples::trials();
  const auto got = read_trials(folder_);
  ASSERT_EQ(got.size(), written.size());
  for (std::size_t i = 0; i < got.size(); ++i) EXPECT_EQ(to_json(got[i]), to_json(written[i]));
}

TEST_F(RecordIo, a_trial_of_before_fairness_was_counted_does_not_say) {
  std::string text = to_json(examples::trials().front());
  for (const char* part : {R"(,"starved":0)", R"(,"jain":0.98)"}) {
    ASSERT_NE(text.find(part), std::string::npos) << part << " in " << text;
    text.erase(text.find(part), std::string_view(part).size());
  }
  for (std::size_t at = 0; (at = text.find(R"("per_connection":)")) != std::string::npos;) {
    text.erase(at, text.find('}', at) + 2 - at);
  }
  const TrialRecord got = trial_from_json(text, "t.json");
  EXPECT_FALSE(got.accounting->starved || got.accounting->jain || got.server_after->per_connection);
}

TEST_F(RecordIo, a_failed_trial_keeps_its_reason_and_has_no_figures) {
  TrialRecord failed;
  failed.spec = examples::trials().front().spec;
  failed.started_utc = "2025-01-31T12:00:00Z";
  failed.findings = {{.reason = Reason::server_died, .detail = "signal 9 \"killed\" \xff"}};
  failed.validity = verdict(failed.findings);
  const TrialRecord got = trial_from_json(to_json(failed), "t.json");
  EXPECT_EQ(got.validity, Validity::invalid);
  ASSERT_EQ(got.findings.size(), 1U);
  EXPECT_EQ(got.findings[0].reason, Reason::server_died);
  EXPECT_EQ(got.findings[0].detail, "signal 9 \"killed\" \xEF\xBF\xBD") << "what is not UTF-8 is replaced";
  EXPECT_FALSE(got.result || got.accounting || got.server_after);
  write_trial(folder_, failed);  // replaces the example: the schema must hold for failures too
}

TEST_F(RecordIo, the_summary_of_a_folder_is_byte_identical_every_time) {
  summarize_folder(folder_);
  const std::string first = read(folder_ / "summary.json");
  summarize_folder(folder_);
  EXPECT_EQ(read(folder_ / "summary.json"), first);
  EXPECT_THAT(first, HasSubstr("\"model\": \"libuv_loop\""));
}

TEST_F(RecordIo, damaged_files_are_named_with_what_is_wrong) {
  const std::string good = to_json(examples::trials().front());
  struct Case {
    std::string text;
    const char* message;
  };
  const auto changed = [&](const std::string& from, const std::string& to) {
    std::string text = good;
    return text.replace(text.find(from), from.size(), to);
  };
  const Case cases[] = {
      {good.substr(0, good.size() / 2), "t.json: truncated or not JSON"},
      {"", "t.json: truncated or not JSON"},
      {changed(R"("schema_version":2)", R"("schema_version":1)"), "schema_version is 1, this program reads 2"},
      {changed(R"("window_ns")", R"("windows_ns")"), "'window_ns' is missing"},
      {changed(R"("validity":"ok")", R"("validity":"fine")"), "'validity' is 'fine'"},
      {changed(R"("recovery":"exact")", R"("recovery":"magic")"), "'recovery' is 'magic'"},
      {changed(R"("requests":)", R"("requests":"many","x":)"), "'requests' has the wrong type"},
  };
  for (const Case& c : cases) {
    try {
      (void)trial_from_json(c.text, "t.json");
      ADD_FAILURE() << "accepted where expected: " << c.message;
    } catch (const UsageError& error) {
      EXPECT_THAT(error.what(), HasSubstr(c.message));
    }
  }
  EXPECT_THROW((void)read_run(folder_ / "nowhere"), UsageError);
}

}  // namespace
}  // namespace interleave
