// How a server hears from outside, the same for every model: plain handlers, so that no model needs a thread for it
// (a single-threaded server has one thread) and the answer does not wait for a busy loop.
//   SIGUSR1           print one counters line at once
//   SIGTERM, SIGINT   stop(): begun requests are finished; after 1.5 s the process prints its counters and ends
//   anyway
#pragma once
#include "core/service/counters.hpp"
#include "servers/common/server.hpp"

namespace interleave {

// Installs the handlers; on destruction the signals are ignored: what is left is the last line. One at a time per
// process.
class SignalHandlers {
 public:
  SignalHandlers(Server& server, const Counters& counters);
  ~SignalHandlers();
  SignalHandlers(const SignalHandlers&) = delete;
  SignalHandlers& operator=(const SignalHandlers&) = delete;
};

}  // namespace interleave
