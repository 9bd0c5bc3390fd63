// A load generator as a trial uses it: what to start, when its load is over, and how to read what it left behind. A
// driver starts nothing and waits for nothing, the trial does; so every generator is run, sampled and ended alike.
//
// A new one is a sibling of wrk_driver.cpp and a line in make_driver.
#pragma once
#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "core/net/endpoint.hpp"
#include "core/workload/workload.hpp"
#include "harness/plan/plan.hpp"
#include "harness/record/driver_result.hpp"

namespace interleave {

// One run of a generator. What it refers to outlives it.
struct DriverJob {
  const TrialSpec& spec;
  const Workload& workload;
  Endpoint server;
  std::filesystem::path workload_file;
  std::chrono::nanoseconds warmup{0};    // of the generator's own, before the window; 0 unless it warms_up()
  std::chrono::nanoseconds duration{0};  // of the load that is measured
  bool own_core = false;                 // nothing else of the trial runs where the generator does
  std::filesystem::path report;          // where the generator writes its result
};

// A program to start: arguments (first the program) and what is added to the environment.
struct DriverCommand {
  std::vector<std::string> arguments;
  std::map<std::string, std::string> environment;
  // When to end it by SIGINT, for a generator that cannot be told the duration exactly; nullopt: it ends by itself.
  std::optional<std::chrono::nanoseconds> interrupt_after;
  std::chrono::nanoseconds busy_for{0};  // from its start until it has no more load to make or to wait for
};

// The report is missing, truncated, or says what cannot be: reason generator_failed. what() is one line.
struct DriverReportError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Stateless after construction; may be shared between threads.
class Driver {
 public:
  Driver() = default;
  virtual ~Driver() = default;
  Driver(const Driver&) = delete;
  Driver& operator=(const Driver&) = delete;

  [[nodiscard]] virtual DriverCommand command(const DriverJob& job) const = 0;
  // True: it makes its own warm-up before the window, on the same connections. False: the trial runs it twice.
  [[nodiscard]] virtual bool warms_up() const noexcept { return false; }
  // After the program has ended with success. Throws DriverReportError.
  [[nodiscard]] virtual DriverResult read(const DriverJob& job) const = 0;
};

// What the drivers need from where the project is installed.
struct DriverFiles {
  std::filesystem::path wrk_script;       // harness/load/wrk_report.lua
  std::filesystem::path interleave_load;  // the program
};

// REQUIRES: `name` is one of driver_names().
[[nodiscard]] std::unique_ptr<const Driver> make_driver(std::string_view name, const DriverFiles& files);

}  // namespace interleave
