// One connection to a server, byte by byte where a check wants it. Every wait ends at the connection's deadline. What
// the server does wrong is NoReply, in one line. Not thread-safe.
#pragma once
#include <string>
#include <string_view>

#include "core/base/clock.hpp"
#include "core/base/unique_fd.hpp"
#include "core/net/endpoint.hpp"
#include "harness/process/interrupt.hpp"
#include "harness/trial/http_reply.hpp"

namespace interleave {

class HttpConnection {
 public:
  // Connects. `interrupt` outlives it. Throws NoReply.
  HttpConnection(const Endpoint& server, TimePoint deadline, const Interrupt& interrupt);

  // Sends all of it, or as much as a server takes that closes meanwhile: its reply is what counts. All methods throw
  // NoReply and Interrupted.
  void send(std::string_view bytes);
  // Gives the server time to take what was sent, so that the next piece comes alone: until something comes, or a
  // moment has passed.
  void pause();
  [[nodiscard]] StreamReply reply(ReplyTo to);
  // The server must close, and send nothing before.
  void expect_end();

 private:
  // Waits for `events` until `until` at most; false: nothing happened.
  [[nodiscard]] bool wait_for(short events, TimePoint until);
  void receive();

  UniqueFd fd_;
  TimePoint deadline_;
  const Interrupt& interrupt_;
  std::string stream_;
  bool ended_ = false;
  bool reset_ = false;
};

}  // namespace interleave
