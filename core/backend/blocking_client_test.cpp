#include "core/backend/blocking_client.hpp"

#include <chrono>
#include <system_error>
#include <thread>

#include <gtest/gtest.h>
#include <sys/socket.h>

#include "core/net/socket.hpp"

namespace interleave {
namespace {

using namespace std::chrono_literals;

// Answers the commands of one connection with the replies given, then closes it.
class ScriptedBackend {
 public:
  explicit ScriptedBackend(std::vector<std::string> replies)
      : listener_(listen_tcp({"127.0.0.1", 0}, Blocking::yes)), thread_([this, replies = std::move(replies)] {
          const UniqueFd client(::accept(listener_.get(), nullptr, nullptr));
          CommandReader reader;
          for (const std::string& reply : replies) {
            while (!reader.next()) {
              std::array<std::byte, 256> buffer;
              const ssize_t size = ::recv(client.get(), buffer.data(), buffer.size(), 0);
              if (size <= 0 || !reader.feed({buffer.data(), static_cast<std::size_t>(size)})) return;
            }
            ::send(client.get(), reply.data(), reply.size(), MSG_NOSIGNAL);
          }
        }) {}
  ScriptedBackend(const ScriptedBackend&) = delete;
  ScriptedBackend& operator=(const ScriptedBackend&) = delete;
  ~ScriptedBackend() { thread_.join(); }

  [[nodiscard]] Endpoint endpoint() const { return local_endpoint(listener_.get()); }

 private:
  UniqueFd listener_;
  std::thread thread_;
};

TimePoint soon() {
  return now() + 5s;
}

std::errc code_of_failure(BlockingBackendClient& client, TimePoint deadline) {
  try {
    static_cast<void>(client.command({"PING"}, deadline));
  } catch (const std::system_error& error) {
    return static_cast<std::errc>(error.code().value());
  }
  return {};
}

TEST(BlockingBackendClient, returns_the_text_of_each_reply) {
  const std::string large(100'000, 'x');
  ScriptedBackend backend({"+PONG\r\n", "$100000\r\n" + large + "\r\n", "-ERR no such service\r\n", "+PONG\r\n"});
  BlockingBackendClient client(backend.endpoint());
  EXPECT_EQ(client.command({"PING"}, soon()), "PONG");
  EXPECT_EQ(client.command({"CALL", "db", "-", "0"}, soon()), large);
  try {
    static_cast<void>(client.command({"CALL", "nobody", "-", "0"}, soon()));
    FAIL() << "no exception";
  } catch (const BackendError& error) {
    EXPECT_STREQ(error.what(), "ERR no such service");
  }
  EXPECT_EQ(client.command({"PING"}, soon()), "PONG");
}

TEST(BlockingBackendClient, names_what_went_wrong) {
  ScriptedBackend closing({});
  BlockingBackendClient closed(closing.endpoint());
  EXPECT_EQ(code_of_failure(closed, soon()), std::errc::connection_reset);

  ScriptedBackend babbling({"what?\r\n"});
  BlockingBackendClient confused(babbling.endpoint());
  EXPECT_EQ(code_of_failure(confused, soon()), std::errc::protocol_error);
}

TEST(BlockingBackendClient, gives_up_at_the_deadline) {
  // Listens, never accepts: the kernel completes the connection and nothing answers.
  const UniqueFd listener = listen_tcp({"127.0.0.1", 0}, Blocking::yes);
  BlockingBackendClient client(local_endpoint(listener.get()));
  EXPECT_EQ(code_of_failure(client, now() + 5ms), std::errc::timed_out);
}

}  // namespace
}  // namespace interleave
