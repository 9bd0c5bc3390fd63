// The server and the backend of one trial, and everything that starts, watches, asks and stops them; the generator is
// started here too and belongs to the caller. What was run and what looked odd goes into the trial's record.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/backend/blocking_client.hpp"
#include "core/net/endpoint.hpp"
#include "harness/process/child.hpp"
#include "harness/process/program.hpp"
#include "harness/trial/runner.hpp"

namespace interleave {

// Ends a trial early; becomes its finding. Deliberately no std::exception: nothing but the trial handles it.
struct TrialFailure {
  Reason reason;
  std::string detail;
};

[[noreturn]] void fail_trial(Reason reason, std::string detail);

// Counters of server and backend at one moment.
struct Snapshot {
  std::optional<ServerCounters> server;
  BackendStats backend;
};

// Every method may throw TrialFailure, and Interrupted. Whatever still runs is killed by the destructor.
class TrialProcesses {
 public:
  // All three outlive it.
  TrialProcesses(const TrialSetup& setup, const Interrupt& interrupt, TrialRecord& record)
      : setup_(setup), waiter_(interrupt), record_(record) {}

  void start_backend();
  void start_server();
  // Any further process of the trial, watched by waiter(). Throws std::system_error if it cannot be started.
  [[nodiscard]] std::unique_ptr<Child> start(const std::string& role, std::vector<std::string> argv,
                                             const std::vector<std::uint32_t>& cpus,
                                             std::map<std::string, std::string> environment = {});

  // Fails if one of the two has ended: whoever died first is named, not who suffered from it.
  void check_alive();
  // For a call to the backend that went wrong: the same, once the end of the process had time to be seen.
  void check_alive_after_break();
  BackendStats backend_stats();
  Snapshot snapshot();
  // Waits until the backend has had nothing to do for a while. False: it still had at the deadline.
  [[nodiscard]] bool await_quiet();
  [[nodiscard]] std::string quiet_detail() const;
  void stop_server() { stop(*server_); }
  void stop_backend() { stop(*backend_); }

  [[nodiscard]] Child& server() noexcept { return *server_; }
  [[nodiscard]] Child& backend() noexcept { return *backend_; }
  [[nodiscard]] Endpoint server_at() const noexcept { return server_at_; }
  [[nodiscard]] BlockingBackendClient& backend_client() { return *backend_client_; }
  [[nodiscard]] Waiter& waiter() noexcept { return waiter_; }
  // The last that was asked for.
  [[nodiscard]] const BackendStats& last_stats() const noexcept { return last_stats_; }

 private:
  void stop(Child& child);

  const TrialSetup& setup_;
  Waiter waiter_;
  TrialRecord& record_;
  std::unique_ptr<Child> backend_;
  std::unique_ptr<Child> server_;
  std::optional<BlockingBackendClient> backend_client_;
  Endpoint backend_at_;
  Endpoint server_at_;
  BackendStats last_stats_;
};

}  // namespace interleave
