#include "harness/compare/run_comparison.hpp"

#include <gmock/gmock.h>

#include "harness/compare/comparison_text.hpp"
#include "harness/record/record_examples.hpp"
#include "harness/record/summarize.hpp"

namespace interleave {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

ComparedRun example() {
  ComparedRun compared{.run = examples::run(), .trials = examples::trials(), .summary = {}};
  compared.summary = summarize(compared.run, compared.trials);
  return compared;
}

// The same with so many times the requests in each launch of the model.
ComparedRun example_with(const std::string& model, double factor) {
  ComparedRun compared = example();
  for (TrialRecord& trial : compared.trials) {
    if (trial.spec.model != model) continue;
    trial.result->requests = static_cast<std::uint64_t>(static_cast<double>(trial.result->requests) * factor);
  }
  compared.summary = summarize(compared.run, compared.trials);
  return compared;
}

const ComparedFigure& throughput_of(const RunComparison& comparison, const std::string& model) {
  for (const ComparedCell& cell : comparison.cells) {
    if (cell.model == model) return cell.figures.at(0);
  }
  throw std::out_of_range(model);
}

TEST(RunComparison, of_a_run_with_itself_is_one_throughout) {
  const RunComparison comparison = compare_runs(example(), example());
  ASSERT_EQ(comparison.cells.size(), 2U);
  EXPECT_THAT(comparison.notes, IsEmpty());
  for (const ComparedCell& cell : comparison.cells) {
    EXPECT_FALSE(cell.figures.empty());
    for (const ComparedFigure& figure : cell.figures) {
      EXPECT_EQ(figure.ratio.estimate, 1) << figure.name;
      EXPECT_FALSE(figure.differs()) << figure.name;
    }
  }
  EXPECT_THAT(comparison_text(comparison), Not(HasSubstr("]*")));
}

TEST(RunComparison, finds_what_differs_beyond_the_launches_spread) {
  const RunComparison comparison = compare_runs(example(), example_with("libuv_loop", 1.2));
  EXPECT_NEAR(throughput_of(comparison, "libuv_loop").ratio.estimate, 1.2, 0.001);
  EXPECT_TRUE(throughput_of(comparison, "libuv_loop").differs());
  EXPECT_FALSE(throughput_of(comparison, "single_threaded").differs());
  EXPECT_THAT(comparison_text(comparison), HasSubstr("1.200 ["));
}

TEST(RunComparison, says_what_only_one_has) {
  ComparedRun head = example();
  std::erase_if(head.summary.cells, [](const SummaryCell& cell) { return cell.model == "libuv_loop"; });
  EXPECT_THAT(compare_runs(example(), head).notes, ElementsAre("libuv_loop one_call 64: only in the base"));
  EXPECT_THAT(compare_runs(head, example()).notes, ElementsAre("libuv_loop one_call 64: only in the head"));
}

TEST(RunComparison, says_what_else_has_changed) {
  ComparedRun head = example();
  head.run.host.kernel = "another";
  head.run.plan.duration *= 2;
  head.run.workloads[0].source += "# changed\n";
  const RunComparison comparison = compare_runs(example(), head);
  EXPECT_THAT(comparison.notes, Contains(HasSubstr("the machines, their software or the builds' flags differ")));
  EXPECT_THAT(comparison.notes, Contains(HasSubstr("windows or warm-ups differ")));
  EXPECT_THAT(comparison.notes, Contains("workload one_call is not the same in both"));
}

TEST(RunComparison, has_no_figures_of_a_cell_without_valid_launches) {
  ComparedRun head = example();
  for (TrialRecord& trial : head.trials) {
    if (trial.spec.model == "libuv_loop") trial.validity = Validity::invalid;
  }
  head.summary = summarize(head.run, head.trials);
  const RunComparison comparison = compare_runs(example(), head);
  for (const ComparedCell& cell : comparison.cells) {
    EXPECT_EQ(cell.figures.empty(), cell.model == "libuv_loop");
    EXPECT_EQ(cell.validity == Validity::invalid, cell.model == "libuv_loop");
  }
}

}  // namespace
}  // namespace interleave
