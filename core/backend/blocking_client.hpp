// A client of the simulated backend that waits: for the harness and for tests, one command at a time. Servers do not
// use it; each model has its own way to wait. Not thread-safe. Errors are exceptions and leave the client unusable,
// BackendError excepted.
#pragma once
#include <initializer_list>
#include <stdexcept>
#include <string>
#include <string_view>

#include "core/backend/resp.hpp"
#include "core/base/clock.hpp"
#include "core/base/unique_fd.hpp"
#include "core/net/endpoint.hpp"

namespace interleave {

// The backend answered with an error; what() is its text.
struct BackendError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class BlockingBackendClient {
 public:
  // Connects. Throws std::system_error.
  explicit BlockingBackendClient(const Endpoint& endpoint, int connect_timeout_ms = 5000);

  // Sends a command and returns the text of its reply: {"STATS"}, {"CALL", "db", "7", "0"}.
  // Throws BackendError (error reply), std::system_error (std::errc::timed_out at the deadline, connection_reset if
  // the backend closed, protocol_error).
  [[nodiscard]] std::string command(std::initializer_list<std::string_view> words, TimePoint deadline);

 private:
  void send_all(std::string_view bytes, TimePoint deadline);
  void receive_some(TimePoint deadline);

  UniqueFd fd_;
  ReplyReader reader_{true};
};

}  // namespace interleave
