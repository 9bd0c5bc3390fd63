// Backend calls of a loop model: a pool of connections, one call at a time on each. Belongs to the loop's thread.
#pragma once
#include <cstddef>
#include <memory>
#include <unordered_map>

#include "core/net/endpoint.hpp"
#include "core/service/io_op.hpp"
#include "servers/common/call_pool.hpp"
#include "servers/common/loop/stream.hpp"

namespace interleave {

class BackendConnection;

// One call under way. Belongs to whoever started it and stays where it is until done() or detach().
class PendingCall : public CallPoolHook {
 public:
  virtual ~PendingCall() = default;
  PendingCall(const PendingCall&) = delete;
  PendingCall& operator=(const PendingCall&) = delete;
  // The outcome is in the BackendCall.
  virtual void done() = 0;

 protected:
  PendingCall() = default;

 private:
  friend class BackendPool;
  friend class BackendConnection;
  BackendCall* call_ = nullptr;
  BackendConnection* connection_ = nullptr;
};

class BackendPool {
 public:
  BackendPool(LoopIo& io, Endpoint endpoint, std::size_t max_connections, std::size_t max_waiting);
  ~BackendPool();
  BackendPool(const BackendPool&) = delete;
  BackendPool& operator=(const BackendPool&) = delete;

  // Starts the call; done() follows, at once if it fails at once. `call` is borrowed until then.
  void start(PendingCall& pending, BackendCall& call);
  // Forgets a call that is not done: no done() follows. Its connection is closed, since a late reply would answer
  // the next caller.
  void detach(PendingCall& pending);
  // Closes every connection. REQUIRES: no call under way.
  void close();

 private:
  friend class BackendConnection;
  void connect_for(PendingCall* pending);  // nullptr: nobody waits, nothing to do
  void finished(BackendConnection& connection);
  void lost(BackendConnection& connection, bool was_idle);
  void forget(BackendConnection& connection);

  LoopIo& io_;
  Endpoint endpoint_;
  CallPool<BackendConnection, PendingCall> pool_;
  std::unordered_map<BackendConnection*, std::unique_ptr<BackendConnection>> connections_;
};

}  // namespace interleave
