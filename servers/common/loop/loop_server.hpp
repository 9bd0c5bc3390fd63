// What every loop model does besides waiting: its clients, their deadlines, the order in which they are advanced, and
// how it stops. A model derives from it and provides LoopIo with its library. All of it belongs to the loop's thread.
#pragma once
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "servers/common/accept_pause.hpp"
#include "servers/common/loop/backend_pool.hpp"
#include "servers/common/loop/client.hpp"
#include "servers/common/loop/deadlines.hpp"
#include "servers/common/server.hpp"

namespace interleave {

class LoopServer : public Server, protected LoopIo {
 public:
  LoopServer(const ServerConfig& config, const Service& service, Counters& counters);
  ~LoopServer() override;

  // For clients.
  void ready(LoopClient& client);  // its operation is complete: it will be advanced
  void remove_client(LoopClient& client);
  void set_deadline(LoopClient& client, TimePoint deadline);
  void drop_deadline(LoopClient& client);
  [[nodiscard]] BackendPool& backend() noexcept { return backend_; }
  [[nodiscard]] TraceLane& trace() noexcept { return trace_; }
  // Starts a backend call; its done() may come at once. A model that waits for it otherwise overrides this.
  virtual void start_call(PendingCall& pending, BackendCall& call, TimePoint deadline);
  // A value: read already. nullopt: client.file_read() follows. Unless a model's library can do better the file is
  // read in the loop, which waits for the disk if the page is not cached: readiness exists for sockets only.
  virtual std::optional<IoResult> start_file_read(LoopClient& client, const FileReadOp& op);
  // True: the pause is over already, the whole loop has slept. False: the client's deadline ends it.
  virtual bool sleep_now(const SleepOp&) { return false; }

 protected:
  [[nodiscard]] const ServerConfig& config() const noexcept { return config_; }
  // A client that accept_next() has accepted: a stream is made for it with its events, then it begins. Returns what
  // the model must give the stream, through `make_stream(StreamEvents&)`.
  template <class MakeStream>
  void add_client(MakeStream make_stream) {
    LoopClient& client = new_client();
    client.begin(make_stream(static_cast<StreamEvents&>(client)));
    accept_if_room();
  }
  void begin_accepting() { accept_if_room(); }
  // The client that accept_next() asked for stays in the listen queue: no descriptor for it (accept_must_pause). It
  // is asked for again later.
  void accept_failed();
  void timer_expired();
  void begin_stop();  // on the loop's thread, after stop()

 private:
  LoopClient& new_client();
  void accept_if_room();
  void arm_timer();
  void finish_if_done();

  ServerConfig config_;
  const Service& service_;
  Counters& counters_;
  TraceLane trace_;
  BackendPool backend_;
  Deadlines<LoopClient> deadlines_;
  TimePoint timer_at_ = kNever;
  std::unordered_map<LoopClient*, std::unique_ptr<LoopClient>> clients_;
  std::vector<LoopClient*> ready_;
  bool advancing_ = false;
  bool accepting_ = false;
  AcceptPause accept_pause_;
  bool stopping_ = false;
  bool finished_ = false;
};

}  // namespace interleave
