#include "harness/cli/selection.hpp"

#include <gmock/gmock.h>

#include "core/base/error.hpp"

namespace interleave {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

ServerProgram server(const char* name, std::vector<std::string> capabilities) {
  ServerProgram result;
  result.model.name = name;
  result.model.capabilities = std::move(capabilities);
  return result;
}

LoadedWorkload workload(const char* name, bool calls_backend) {
  LoadedWorkload loaded;
  loaded.workload.name = name;
  loaded.workload.routes.emplace_back();
  if (calls_backend) loaded.workload.routes.back().steps.emplace_back(CallStep{0});
  return loaded;
}

Discovery three_servers() {
  return {{server("ceiling", {}), server("loop", {"routes"}), server("skeleton", {"routes", "example"})},
          {{"fiber", "needs a newer kernel"}}};
}

std::string error_of(const std::vector<std::string>& wanted) {
  const std::vector workloads{workload("hello", false)};
  try {
    (void)select_cells(three_servers(), workloads, wanted);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "no error";
}

TEST(Selection, takes_every_model_but_examples) {
  const std::vector workloads{workload("hello", false)};
  const Selection selection = select_cells(three_servers(), workloads, {});
  ASSERT_THAT(selection.cells, testing::SizeIs(1));
  EXPECT_THAT(selection.cells[0].models, ElementsAre("ceiling", "loop"));
}

TEST(Selection, takes_an_example_when_it_is_named) {
  const std::vector workloads{workload("hello", false)};
  const std::vector<std::string> wanted{"skeleton"};
  EXPECT_THAT(select_cells(three_servers(), workloads, wanted).models, ElementsAre("skeleton"));
}

TEST(Selection, says_why_the_ruler_does_not_run_where_work_is_to_be_done) {
  const std::vector workloads{workload("one_call", true)};
  const Selection selection = select_cells(three_servers(), workloads, {});
  EXPECT_THAT(selection.models, ElementsAre("loop"));
  EXPECT_THAT(selection.notes, ElementsAre(HasSubstr("ceiling on one_call: skipped")));
}

TEST(Selection, leaves_out_what_cannot_run_here_if_others_can) {
  const std::vector workloads{workload("hello", false)};
  const std::vector<std::string> wanted{"fiber", "loop"};
  EXPECT_THAT(select_cells(three_servers(), workloads, wanted).models, ElementsAre("loop"));
}

TEST(Selection, refuses_what_it_cannot_run) {
  EXPECT_THAT(error_of({"lop"}), HasSubstr("loop"));  // the suggestion
  EXPECT_THAT(error_of({"fiber", "lop"}), HasSubstr("lop"));
  EXPECT_THAT(error_of({"fiber"}), HasSubstr("needs a newer kernel"));
  const std::vector workloads{workload("one_call", true)};
  const std::vector<std::string> wanted{"ceiling"};
  EXPECT_THROW((void)select_cells(three_servers(), workloads, wanted), UsageError);
}

}  // namespace
}  // namespace interleave
