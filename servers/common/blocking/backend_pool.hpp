// Backend calls of the blocking models: a bounded set of connections that threads take in turn, first come first
// served, with the same policy as the loop models' pool. Thread-safe.
#pragma once
#include <array>
#include <cstddef>
#include <memory>
#include <mutex>
#include <semaphore>
#include <vector>

#include "core/backend/resp.hpp"
#include "core/base/unique_fd.hpp"
#include "core/net/endpoint.hpp"
#include "core/service/io_op.hpp"
#include "servers/common/call_pool.hpp"

namespace interleave {

// One connection to the backend, opened at first use and again after a failure. Not thread-safe.
class BlockingBackend {
 public:
  explicit BlockingBackend(Endpoint endpoint) : endpoint_(std::move(endpoint)) {}

  // Sends the call and waits for its reply. After any failure the connection is closed: RESP has no ids, and a late
  // reply would answer the next call.
  [[nodiscard]] std::error_code perform(BackendCall& call, TimePoint deadline);

 private:
  std::error_code exchange(BackendCall& call, TimePoint deadline);
  std::error_code connect(TimePoint deadline);
  std::error_code read_reply(BackendCall& call, TimePoint deadline);

  Endpoint endpoint_;
  UniqueFd fd_;
  ReplyReader reader_;
  std::array<std::byte, 4 * std::size_t{1024}> buffer_{};
};

class BlockingBackendPool {
 public:
  BlockingBackendPool(Endpoint endpoint, std::size_t max_connections, std::size_t max_waiting);
  ~BlockingBackendPool();
  BlockingBackendPool(const BlockingBackendPool&) = delete;
  BlockingBackendPool& operator=(const BlockingBackendPool&) = delete;

  // Waits for a connection, then for the reply, until the deadline. The outcome goes into `call`.
  void perform(BackendCall& call, TimePoint deadline);

 private:
  // A thread that waits for a connection; woken by the thread that gives it one.
  struct Waiter : CallPoolHook {
    std::binary_semaphore granted{0};
    BlockingBackend* backend = nullptr;
  };

  std::error_code acquire(TimePoint deadline, BlockingBackend*& backend);
  void release(BlockingBackend& backend);

  Endpoint endpoint_;
  std::mutex mutex_;
  CallPool<BlockingBackend, Waiter> pool_;
  std::vector<std::unique_ptr<BlockingBackend>> backends_;
};

}  // namespace interleave
