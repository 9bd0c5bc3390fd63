// One client connection of a loop model: starts the session's operations and is called back when they are done.
#pragma once
#include <cstddef>
#include <memory>
#include <vector>

#include "core/service/session.hpp"
#include "servers/common/loop/backend_pool.hpp"
#include "servers/common/loop/deadlines.hpp"
#include "servers/common/loop/stream.hpp"

namespace interleave {

class LoopServer;

class LoopClient final : public StreamEvents {
 public:
  LoopClient(LoopServer& server, const Service& service, const SessionOptions& options, Counters& counters);
  LoopClient(const LoopClient&) = delete;
  LoopClient& operator=(const LoopClient&) = delete;
  ~LoopClient() override;

  void begin(std::unique_ptr<Stream> stream);
  void go_on();                            // what it waited for is over: runs the session until it waits again
  void must_wait();                        // the same, but go_on() comes later
  void expire();                           // the deadline of what it waits for has come
  void drain();                            // the server stops
  void file_read(const IoResult& result);  // what LoopServer::start_file_read() began has ended
  [[nodiscard]] bool was_reset() const noexcept { return reset_; }
  [[nodiscard]] Deadlines<LoopClient>::Entry& deadline() noexcept { return deadline_; }

 private:
  enum class Waiting { nothing, receive, send, backend, file, sleep, linger };
  struct Call final : PendingCall {
    explicit Call(LoopClient& owner) : client(owner) {}
    void done() override { client.call_done(*this); }
    LoopClient& client;
    bool open = false;
  };

  // False: started, will complete later. True: complete already, the session can go on.
  bool start(const ReadOp& op);
  bool start(const WriteOp& op);
  bool start(const BackendOp& op);
  bool start(const SleepOp& op);
  bool start(const FileReadOp& op);
  bool start(const BoundaryOp& op);
  bool start(const CloseOp& op);

  // StreamEvents
  void received(std::span<const std::byte> bytes) override;
  void receiving_ended(std::error_code error) override;
  void sent(std::error_code error) override;
  void closed() override;

  void wait_for(Waiting what, TimePoint deadline);
  void begin_request();
  void advance();
  void completed();
  void receive(bool wanted);
  void send_completed(std::error_code error);
  void call_done(Call& call);
  void close();

  LoopServer& server_;
  Session session_;
  std::uint32_t trace_id_;
  bool idle_ = true;  // no byte of a request has come: nothing to trace
  std::unique_ptr<Stream> stream_;
  Deadlines<LoopClient>::Entry deadline_;
  Waiting waiting_ = Waiting::nothing;
  bool receiving_ = false;
  bool ended_ = false;  // the client sent its last byte, or its socket failed
  std::error_code end_error_;
  bool reset_ = false;
  bool drained_while_idle_ = false;
  bool closing_ = false;
  std::size_t send_size_ = 0;
  std::vector<std::byte> unasked_;  // what came while the session was busy; at most one read of the model
  std::vector<std::byte> feeding_;  // the same, while the session reads it
  std::size_t open_calls_ = 0;
  bool starting_calls_ = false;
  std::vector<std::unique_ptr<Call>> calls_;
};

}  // namespace interleave
