#include "servers/common/loop/backend_pool.hpp"

#include <span>
#include <utility>
#include <vector>

#include "core/backend/resp.hpp"

namespace interleave {

// A connection is idle (no call), busy (pending_ set) or closing. Reading goes on all the time, so that the end of an
// idle connection is noticed before a call is lost on it.
class BackendConnection final : public StreamEvents {
 public:
  explicit BackendConnection(BackendPool& pool) : pool_(pool) {}

  void connect(LoopIo& io, const Endpoint& endpoint, PendingCall& pending) {
    attach(pending);
    stream_ = io.connect(endpoint, *this);
  }

  void send(PendingCall& pending) {
    attach(pending);
    write();
  }

  // The call in flight is given up; nobody hears of it.
  void abandon() {
    pending_ = nullptr;
    close(Was::busy, {});
  }

  void close_idle() { close(Was::idle, {}); }

 private:
  enum class Was { idle, busy };

  void attach(PendingCall& pending) {
    pending_ = &pending;
    pending.connection_ = this;
  }

  void connected(std::error_code error) override {
    if (error) return fail(error);
    stream_->start_receiving();
    write();
  }

  void write() {
    const auto error = stream_->send(std::as_bytes(std::span(pending_->call_->request)));
    if (error && *error) fail(*error);
  }

  void sent(std::error_code error) override {
    if (error) fail(error);
  }

  void received(std::span<const std::byte> bytes) override {
    if (!reader_.feed(bytes)) return fail(std::make_error_code(std::errc::protocol_error));
    const auto reply = reader_.next();
    if (!reply && !reader_.failed()) return;
    if (!reply || pending_ == nullptr || reply->kind != Reply::Kind::bulk) {
      return fail(std::make_error_code(std::errc::protocol_error));
    }
    PendingCall* pending = std::exchange(pending_, nullptr);
    pending->connection_ = nullptr;
    pending->call_->reply_bytes = reply->bytes;
    pending->call_->error.clear();
    pool_.finished(*this);
    pending->done();
  }

  void receiving_ended(std::error_code error) override {
    fail(error ? error : std::make_error_code(std::errc::connection_reset));
  }

  void closed() override { pool_.forget(*this); }

  void fail(std::error_code error) { close(pending_ != nullptr ? Was::busy : Was::idle, error); }

  void close(Was was, std::error_code error) {
    if (closing_) return;
    closing_ = true;
    stream_->close();
    PendingCall* pending = std::exchange(pending_, nullptr);
    if (pending != nullptr) {
      pending->connection_ = nullptr;
      pending->call_->error = error;
    }
    pool_.lost(*this, was == Was::idle);
    if (pending != nullptr) pending->done();
  }

  BackendPool& pool_;
  std::unique_ptr<Stream> stream_;
  ReplyReader reader_;
  PendingCall* pending_ = nullptr;
  bool closing_ = false;
};

BackendPool::BackendPool(LoopIo& io, Endpoint endpoint, std::size_t max_connections, std::size_t max_waiting)
    : io_(io), endpoint_(std::move(endpoint)), pool_(max_connections, max_waiting) {}

BackendPool::~BackendPool() = default;

void BackendPool::start(PendingCall& pending, BackendCall& call) {
  pending.call_ = &call;
  const auto grant = pool_.acquire(pending);
  using Verdict = CallPool<BackendConnection, PendingCall>::Verdict;
  switch (grant.verdict) {
    case Verdict::use:
      return grant.connection->send(pending);
    case Verdict::connect:
      return connect_for(&pending);
    case Verdict::wait:
      return;
    case Verdict::reject:
      call.error = std::make_error_code(std::errc::resource_unavailable_try_again);
      return pending.done();
  }
}

void BackendPool::detach(PendingCall& pending) {
  if (pool_.cancel(pending)) return;
  if (pending.connection_ != nullptr) std::exchange(pending.connection_, nullptr)->abandon();
}

void BackendPool::close() {
  std::vector<BackendConnection*> all;
  all.reserve(connections_.size());
  for (const auto& [connection, owner] : connections_) all.push_back(connection);
  for (BackendConnection* connection : all) connection->close_idle();
}

void BackendPool::connect_for(PendingCall* pending) {
  if (pending == nullptr) return;
  auto connection = std::make_unique<BackendConnection>(*this);
  BackendConnection& opened = *connection;
  connections_.emplace(&opened, std::move(connection));
  opened.connect(io_, endpoint_, *pending);
}

void BackendPool::finished(BackendConnection& connection) {
  if (PendingCall* next = pool_.release(connection)) connection.send(*next);
}

void BackendPool::lost(BackendConnection& connection, bool was_idle) {
  if (was_idle) {
    pool_.lost_idle(connection);
  } else {
    connect_for(pool_.lost_busy());
  }
}

void BackendPool::forget(BackendConnection& connection) {
  connections_.erase(&connection);
}

}  // namespace interleave
