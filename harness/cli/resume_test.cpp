#include "harness/cli/resume.hpp"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/error.hpp"
#include "core/base/version.hpp"
#include "harness/record/record_examples.hpp"
#include "harness/record/record_io.hpp"
#include "interleave_version.hpp"

namespace interleave {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

// The example run, complete and on disk.
class BegunRunTest : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_ / "trials");
    write_run(folder_, run_);
    for (const TrialRecord& trial : trials_) write_trial(folder_, trial);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  const std::filesystem::path folder_ =
      std::filesystem::path(testing::TempDir()) / testing::UnitTest::GetInstance()->current_test_info()->name();
  const std::vector<TrialRecord> trials_ = examples::trials();
  RunRecord run_ = examples::run();
};

TEST_F(BegunRunTest, that_is_complete_is_refused) {
  std::ofstream(folder_ / "summary.json") << "{}\n";
  EXPECT_THROW((void)read_begun_run(folder_), UsageError);
}

TEST_F(BegunRunTest, that_lacks_only_its_summary_goes_on) {
  const BegunRun begun = read_begun_run(folder_);
  EXPECT_EQ(begun.run.verdicts.size(), run_.order.size());
  EXPECT_THAT(begun.notes, IsEmpty());
}

TEST_F(BegunRunTest, runs_again_what_is_missing_or_damaged) {
  std::ofstream(folder_ / "summary.json") << "{}\n";
  std::filesystem::remove(trial_path(folder_, trials_[0].spec));
  std::filesystem::resize_file(trial_path(folder_, trials_[3].spec), 100);
  const BegunRun begun = read_begun_run(folder_);
  ASSERT_EQ(begun.notes.size(), 2U);
  EXPECT_THAT(begun.notes[0], HasSubstr("cannot be read"));
  EXPECT_THAT(begun.notes[1], HasSubstr("truncated or not JSON"));
  std::vector<TrialSpec> planned;
  for (const TrialRecord& trial : trials_) planned.push_back(trial.spec);
  const std::vector<TrialSpec> left = trials_left(begun.run, planned);
  ASSERT_EQ(left.size(), 2U);
  EXPECT_EQ(trial_id(left[0]), run_.order[0]);
  EXPECT_EQ(trial_id(left[1]), run_.order[3]);
}

TEST_F(BegunRunTest, goes_on_only_as_what_it_was) {
  LoadedWorkload workload;
  workload.workload.name = run_.workloads[0].name;
  workload.source = run_.workloads[0].source;
  std::vector<TrialSpec> planned;
  for (const TrialRecord& trial : trials_) planned.push_back(trial.spec);
  run_.commit = build_commit();
  run_.build_type = kBuildType;
  EXPECT_NO_THROW(require_same(run_, {&workload, 1}, run_.models, planned));

  RunRecord of_another_build = run_;
  of_another_build.commit = "0000000";
  EXPECT_THROW(require_same(of_another_build, {&workload, 1}, run_.models, planned), UsageError);
  std::swap(planned[0], planned[1]);
  EXPECT_THROW(require_same(run_, {&workload, 1}, run_.models, planned), UsageError);
  std::swap(planned[0], planned[1]);
  std::vector<ModelDescription> models = run_.models;
  models[0].summary += " [thread_pool --threads 8]";
  EXPECT_THROW(require_same(run_, {&workload, 1}, models, planned), UsageError);
  workload.source += "# changed\n";
  EXPECT_THROW(require_same(run_, {&workload, 1}, run_.models, planned), UsageError);
}

}  // namespace
}  // namespace interleave
