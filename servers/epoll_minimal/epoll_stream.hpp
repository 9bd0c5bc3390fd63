// A Stream on a non-blocking socket watched by epoll, level-triggered. Belongs to the loop's thread.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include <sys/epoll.h>

#include "core/base/unique_fd.hpp"
#include "servers/common/loop/stream.hpp"

namespace interleave {

class EpollStream;

// What the streams of a loop share.
struct EpollContext {
  int epoll = -1;
  std::span<std::byte> read_buffer;
  std::vector<EpollStream*> closed;  // told of it after the batch of events, which may still name them
};

class EpollStream final : public Stream {
 public:
  EpollStream(EpollContext& context, StreamEvents& events, UniqueFd accepted);
  EpollStream(EpollContext& context, StreamEvents& events, const Endpoint& connect_to);

  // `ready` as epoll reports it.
  void on_ready(std::uint32_t ready);
  // After the batch of events in which the stream closed, or could not even begin to connect.
  void tell_closed();

  void start_receiving() override;
  void stop_receiving() override;
  std::optional<std::error_code> send(std::span<const std::byte> bytes) override;
  void finish_sending() override;
  void close() override;

 private:
  void want(std::uint32_t events);
  void receive();
  void send_rest();

  EpollContext& context_;
  StreamEvents& events_;
  UniqueFd socket_;
  std::uint32_t wanted_ = 0;
  bool watched_ = false;  // epoll knows the socket
  bool connecting_ = false;
  std::error_code connect_error_;  // not told yet
  std::span<const std::byte> unsent_;
};

}  // namespace interleave
