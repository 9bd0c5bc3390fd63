// What stands behind Session, split over two files: session.cpp has the flow of a connection, session_replies.cpp
// what it answers. For these two only.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>

#include "core/http/request_parser.hpp"
#include "core/service/request_run.hpp"
#include "core/service/session.hpp"

namespace interleave {

class Session::Impl {
 public:
  Impl(const Service& service, const SessionOptions& options, Counters& counters, Counters::Shard& shard)
      : service_(service),
        options_(options),
        counters_(counters),
        shard_(&shard),
        parser_(options.limits.head_bytes, options.limits.body_bytes) {}
  ~Impl() {
    leave_flight();
    shard_->connection_ends(responses_);
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  IoOp next(TimePoint now);
  void complete_read(std::span<const std::byte> data);
  void complete(IoResult result);
  void drain() noexcept { draining_ = true; }
  void use_shard(Counters::Shard& shard) noexcept { shard_ = &shard; }

 private:
  // receiving -> running (-> waiting -> running)* -> receiving; a reply that ends the connection leads to closing.
  enum class State : std::uint8_t { receiving, running, waiting, closing };
  enum class Pending : std::uint8_t { none, read, write, backend, file, sleep, boundary };

  // One move that needs no waiting; false: there is none.
  bool advance(TimePoint now);
  bool receive(TimePoint now);
  bool out_of_input(TimePoint now);
  void run();
  IoOp wait(TimePoint now);
  IoOp wait_for_step(TimePoint now);
  IoOp flush(TimePoint now);
  void keep_rest_of_input();

  void on_head();
  void on_body_follows();
  void on_request();
  void on_written(IoResult result);
  void on_settled(const RequestRun::Outcome& outcome);
  [[nodiscard]] int judge(const RequestHead& head) const noexcept;

  void refuse(int status);
  void reply_error(int status);
  void reply_text(int status, std::string_view body);
  void reply_json(const ReplyBody& body);
  void append_head(int status, std::string_view content_type, std::size_t content_length);
  void close() noexcept;

  void accept_request() noexcept;
  void leave_flight() noexcept;

  const Service& service_;
  const SessionOptions options_;
  Counters& counters_;
  Counters::Shard* shard_;

  RequestParser parser_;
  RequestRun run_;
  RequestRun::Progress needs_ = RequestRun::Progress::done;  // while waiting
  State state_ = State::receiving;
  Pending pending_ = Pending::none;
  bool draining_ = false;
  bool in_flight_ = false;       // counted as such
  std::uint64_t responses_ = 0;  // on this connection
  bool at_boundary_ = false;     // a request has been answered and the next one may not begin yet

  std::string_view input_;  // not yet parsed: in the model's buffer until next() returns, then in carried_
  bool input_is_carried_ = false;
  std::string carried_;  // at most what one read brought: nothing is read before all of it is used
  std::string output_;   // replies not yet handed out, or being written

  TimePoint idle_deadline_ = kNever;     // kNever: not waiting between requests
  TimePoint request_deadline_ = kNever;  // kNever: no byte of a request has come

  // Of the request being received or answered; the parser's own head does not live that long.
  const Service::PreparedRoute* route_ = nullptr;
  std::optional<std::uint64_t> id_;
  int verdict_ = 0;  // what its head alone decides, 200: run the route; 0: no head yet
  bool is_head_ = false;
  bool keep_alive_ = false;
  bool announce_keep_alive_ = false;
};

}  // namespace interleave
