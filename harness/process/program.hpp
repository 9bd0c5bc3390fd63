// A server or the backend as a running process under the server contract (servers/README.md): a first line that says
// it is ready and on which port, a line of counters for each SIGUSR1, and one more as the last line after SIGTERM.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "core/net/endpoint.hpp"
#include "harness/process/child.hpp"
#include "harness/process/interrupt.hpp"

namespace interleave {

// Waits for conditions while it keeps the output of a set of children flowing. Throws Interrupted when a signal came.
class Waiter {
 public:
  explicit Waiter(const Interrupt& interrupt) : interrupt_(&interrupt) {}

  // The child must stay where it is until it is forgotten.
  void watch(Child& child) { children_.push_back(&child); }
  void forget(const Child& child) { std::erase(children_, &child); }
  [[nodiscard]] bool any_ended() const;
  [[nodiscard]] const Interrupt& interrupt() const noexcept { return *interrupt_; }
  // False: the deadline passed first.
  [[nodiscard]] bool until(TimePoint deadline, const std::function<bool()>& done);

 private:
  const Interrupt* interrupt_;
  std::vector<Child*> children_;
};

// It did not do what the contract says; what() is one line for people.
struct ProgramError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// It ended with exit code 77: not supported on this host; what() is its reason.
struct ProgramNotSupported : ProgramError {
  using ProgramError::ProgramError;
};

// "killed by SIGSEGV: last line of its stderr".
[[nodiscard]] std::string describe_end(const Child& child);

// The port of a ready line, nullopt if it is none. Pure.
[[nodiscard]] std::optional<std::uint16_t> parse_ready_line(std::string_view line);

// Waits for the ready line of a child that `waiter` watches. Throws ProgramError: it ended, said something else, or
// said nothing until the deadline.
[[nodiscard]] Endpoint await_ready(const Child& child, Waiter& waiter, TimePoint deadline);

// Asks for a line of counters and waits for it. Throws ProgramError.
[[nodiscard]] std::string live_counters_line(Child& child, Waiter& waiter, TimePoint deadline);

// The last complete line of its output, nullopt if there is none but the ready line.
[[nodiscard]] std::optional<std::string> last_counters_line(const Child& child);

// Runs a program to its end and returns it. Throws ProgramError where the deadline passed, std::system_error where it
// cannot be started.
[[nodiscard]] Child run_to_end(ChildOptions options, const Interrupt& interrupt, TimePoint deadline);

}  // namespace interleave
