#include "servers/common/loop/loop_server.hpp"

#include <algorithm>

#include "servers/common/file_read.hpp"

namespace interleave {

LoopServer::LoopServer(const ServerConfig& config, const Service& service, Counters& counters)
    : config_(config),
      service_(service),
      counters_(counters),
      trace_(config.trace),
      backend_(*this, config.backend, config.backend_connections, config.backend_queue) {}

LoopServer::~LoopServer() = default;

// A client is advanced from this one place, never from within another: one that starts a call may complete the call
// of a second one, and so on without end.
void LoopServer::ready(LoopClient& client) {
  ready_.push_back(&client);
  if (advancing_) return client.must_wait();
  advancing_ = true;
  // NOLINTNEXTLINE(modernize-loop-convert): it grows
  for (std::size_t i = 0; i < ready_.size(); ++i) ready_[i]->go_on();
  ready_.clear();
  advancing_ = false;
}

void LoopServer::start_call(PendingCall& pending, BackendCall& call, TimePoint) {
  backend_.start(pending, call);
}

std::optional<IoResult> LoopServer::start_file_read(LoopClient&, const FileReadOp& op) {
  return read_file(op);
}

LoopClient& LoopServer::new_client() {
  accepting_ = false;
  auto client = std::make_unique<LoopClient>(*this, service_, config_.session, counters_);
  LoopClient& added = *client;
  clients_.emplace(&added, std::move(client));
  bump(counters_.shard(0).connections_accepted);
  return added;
}

void LoopServer::remove_client(LoopClient& client) {
  Counters::Shard& shard = counters_.shard(0);
  bump(shard.connections_closed);
  if (client.was_reset()) bump(shard.connections_reset);
  clients_.erase(&client);
  accept_pause_.end();
  accept_if_room();
  finish_if_done();
}

// Beyond the limit clients wait in the listen queue, where they cost nothing.
void LoopServer::accept_if_room() {
  if (accepting_ || stopping_ || accept_pause_.active() || clients_.size() >= config_.max_connections) return;
  accepting_ = true;
  accept_next();
}

void LoopServer::accept_failed() {
  accepting_ = false;
  accept_pause_.begin(now());
  arm_timer();
}

void LoopServer::set_deadline(LoopClient& client, TimePoint deadline) {
  deadlines_.set(client, client.deadline(), deadline);
  arm_timer();
}

void LoopServer::drop_deadline(LoopClient& client) {
  deadlines_.erase(client.deadline());
}

void LoopServer::arm_timer() {
  const TimePoint next = std::min(deadlines_.next(), accept_pause_.until());
  if (next >= timer_at_ || finished_) return;
  timer_at_ = next;
  set_timer(next);
}

void LoopServer::timer_expired() {
  timer_at_ = kNever;
  const TimePoint at = now();
  while (LoopClient* client = deadlines_.expired(
             at, [](LoopClient & item) -> auto& { return item.deadline(); })) {
    client->expire();
  }
  if (accept_pause_.over(at)) accept_if_room();
  arm_timer();
}

void LoopServer::begin_stop() {
  if (stopping_) return;
  stopping_ = true;
  stop_accepting();
  for (const auto& [client, owner] : clients_) client->drain();
  finish_if_done();
}

void LoopServer::finish_if_done() {
  if (!stopping_ || !clients_.empty() || finished_) return;
  finished_ = true;
  backend_.close();
  finish();
}

}  // namespace interleave
