#include "core/workload/load_services.hpp"

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

#include "core/base/error.hpp"
#include "core/workload/load_workload.hpp"

namespace interleave {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

ServiceSpec service_of(const std::string& lines, const std::filesystem::path& name = "w.toml") {
  const std::string text = "name = 'w'\ndescription = ''\n[services.db]\n" + lines + "\n[[route]]\ntarget = '/w'\n";
  return parse_workload(text, name).services.at(0);
}

std::string error_of(const std::string& lines, const std::filesystem::path& name = "w.toml") {
  try {
    (void)service_of(lines, name);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "no error";
}

// A folder of its own, gone at the end.
class LoadTrace : public testing::Test {
 protected:
  LoadTrace() : folder_(std::filesystem::temp_directory_path() / ("interleave_trace." + std::to_string(::getpid()))) {
    std::filesystem::create_directories(folder_);
  }
  ~LoadTrace() override { std::filesystem::remove_all(folder_); }

  void write(const std::string& text) const { std::ofstream(folder_ / "db.trace") << text; }
  [[nodiscard]] std::filesystem::path workload() const { return folder_ / "w.toml"; }
  [[nodiscard]] std::string trace() const { return (folder_ / "db.trace").string(); }

 private:
  std::filesystem::path folder_;
};

TEST(LoadServices, reads_every_key) {
  const ServiceSpec service = service_of(
      "latency = { uniform = { min = '1ms', max = '3ms' } }\ncapacity = 4\n"
      "faults = { fail = 0.01, reset = 0.02, hang = 0.03, slow = { probability = 0.04, factor = 10 } }");
  EXPECT_EQ(std::get<UniformLatency>(service.latency).min, milliseconds(1));
  EXPECT_EQ(std::get<UniformLatency>(service.latency).max, milliseconds(3));
  EXPECT_EQ(service.capacity, 4U);
  EXPECT_EQ(service.faults.fail, 0.01);
  EXPECT_EQ(service.faults.reset, 0.02);
  EXPECT_EQ(service.faults.hang, 0.03);
  EXPECT_EQ(service.faults.slow, 0.04);
  EXPECT_EQ(service.faults.slow_factor, 10);
  const ServiceSpec pareto = service_of("latency = { pareto = { scale = '2ms', shape = 1.5 } }");
  EXPECT_EQ(std::get<ParetoLatency>(pareto.latency).scale, milliseconds(2));
  EXPECT_EQ(std::get<ParetoLatency>(pareto.latency).shape, 1.5);
  EXPECT_EQ(pareto.capacity, 0U) << "no limit unless asked for";
  EXPECT_EQ(pareto.faults.fail + pareto.faults.reset + pareto.faults.hang + pareto.faults.slow, 0);
}

TEST(LoadServices, refuses_what_it_cannot_honour) {
  const std::string constant = "latency = { constant = '1ms' }\n";
  struct Case {
    std::string lines;
    std::string_view error;
  };
  for (const auto& c : std::vector<Case>{
           {"latency = { uniform = { min = '3ms', max = '1ms' } }",
            "w.toml:4:44: 'max' is below 'min', 3ms: exchange them"},
           {"latency = { uniform = { min = '3ms' } }", "w.toml:4:23: missing key 'max' in 'uniform'"},
           {"latency = { uniform = { mni = '3ms' } }", "w.toml:4:25: unknown key 'mni' (did you mean 'min'?)"},
           {"latency = { pareto = { scale = '1ms', shape = 1 } }",
            "w.toml:4:47: 'shape' is 1: use a number from 1.01 to 100"},
           {"latency = { pareto = { scale = '0ms', shape = 2 } }",
            "w.toml:4:32: 'scale' is 0ms: use a duration from 1ns to 1min"},
           {constant + "capacity = -1", "w.toml:5:12: 'capacity' is -1: use a whole number from 0 to 100000"},
           {constant + "capcity = 1", "w.toml:5:1: unknown key 'capcity' (did you mean 'capacity'?)"},
           {constant + "faults = 0.1", "w.toml:5:10: 'faults' must be a table, not a decimal number"},
           {constant + "faults = { fial = 0.1 }", "w.toml:5:12: unknown key 'fial' (did you mean 'fail'?)"},
           {constant + "faults = { fail = 1.1 }", "w.toml:5:19: 'fail' is 1.1: use a number from 0 to 1"},
           {constant + "faults = { fail = nan }", "w.toml:5:19: 'fail' is nan: use a number from 0 to 1"},
           {constant + "faults = { fail = 0.6, hang = 0.5 }",
            "w.toml:5:10: 'faults' add up to more than 1: a call has one fate, lower the probabilities"},
           {constant + "faults = { slow = 0.1 }", "w.toml:5:19: 'slow' must be a table, not a decimal number"},
           {constant + "faults = { slow = { probability = 0.1 } }", "w.toml:5:19: missing key 'factor' in 'slow'"},
           {constant + "faults = { slow = { probability = 0.1, factor = 0.5 } }",
            "w.toml:5:49: 'factor' is 0.5: use a number from 1 to 10000"},
           {"latency = { trace = 'none.txt' }",
            "w.toml:4:21: 'trace' names no file of at most 64 MiB: none.txt (relative to the workload file)"},
           {"latency = { trace = 7 }", "w.toml:4:21: 'trace' must be a string, not a whole number"}}) {
    EXPECT_EQ(error_of(c.lines), c.error) << c.lines;
  }
}

TEST(LoadServices, faults_may_add_up_to_one) {
  EXPECT_EQ(error_of("latency = { constant = '1ms' }\nfaults = { fail = 0.7, reset = 0.2, hang = 0.1 }"), "no error");
}

TEST_F(LoadTrace, reads_a_duration_per_line_beside_the_workload) {
  write("# measured\n1ms\n\n  250us \r\n0s");
  const ServiceSpec service = service_of("latency = { trace = 'db.trace' }", workload());
  EXPECT_EQ(*std::get<TraceLatency>(service.latency).delays,
            (std::vector<nanoseconds>{milliseconds(1), std::chrono::microseconds(250), nanoseconds(0)}));
}

TEST_F(LoadTrace, names_the_line_of_a_mistake) {
  const auto error = [&](const std::string& text) {
    write(text);
    return error_of("latency = { trace = 'db.trace' }", workload());
  };
  EXPECT_EQ(error("1ms\n10\n"), trace() + ":2: not a duration: write one per line with a unit, such as 10ms");
  EXPECT_EQ(error("61s\n"), trace() + ":1: longer than 1min: use durations from 0s to 1min");
  EXPECT_NE(error("# nothing\n").find(":4:21: 'trace' holds no durations: "), std::string::npos);
  std::string many;
  for (int i = 0; i <= 1'000'000; ++i) many += "1s\n";
  EXPECT_EQ(error(many), trace() + ":1000001: too many values: a trace has at most 1000000");
}

}  // namespace
}  // namespace interleave
