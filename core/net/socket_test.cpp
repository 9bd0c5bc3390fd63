#include "core/net/socket.hpp"

#include <cerrno>
#include <string>
#include <system_error>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

namespace interleave {
namespace {

constexpr int kDeadlineMs = 5000;

bool is_blocking(int fd) {
  return (::fcntl(fd, F_GETFL) & O_NONBLOCK) == 0;
}
bool closes_on_exec(int fd) {
  return (::fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0;
}

bool has_no_delay(int fd) {
  int on = 0;
  socklen_t size = sizeof on;
  return ::getsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, &size) == 0 && on != 0;
}

Endpoint free_port() {
  const UniqueFd listener = listen_tcp({"127.0.0.1", 0}, Blocking::yes);
  return local_endpoint(listener.get());
}

class BothFamilies : public testing::TestWithParam<std::string> {};

TEST_P(BothFamilies, bytes_arrive_at_the_port_the_kernel_chose) {
  const UniqueFd listener = listen_tcp({GetParam(), 0}, Blocking::yes);
  const Endpoint endpoint = local_endpoint(listener.get());
  EXPECT_EQ(endpoint.address, GetParam());
  ASSERT_NE(endpoint.port, 0);
  const UniqueFd client = connect_tcp(endpoint, Blocking::yes);
  const UniqueFd accepted(::accept(listener.get(), nullptr, nullptr));
  ASSERT_TRUE(accepted.valid());
  ASSERT_EQ(::send(client.get(), "ping", 4, 0), 4);
  char buffer[8]{};
  ASSERT_EQ(::recv(accepted.get(), buffer, sizeof buffer, 0), 4);
  EXPECT_STREQ(buffer, "ping");
}

INSTANTIATE_TEST_SUITE_P(Socket, BothFamilies, testing::Values("127.0.0.1", "::1"),
                         [](const auto& family) { return std::string(family.param == "::1" ? "v6" : "v4"); });

TEST(Socket, sets_what_it_promises) {
  for (const Blocking blocking : {Blocking::yes, Blocking::no}) {
    const UniqueFd listener = listen_tcp({"127.0.0.1", 0}, blocking);
    const UniqueFd client = connect_tcp(local_endpoint(listener.get()), blocking);
    EXPECT_EQ(is_blocking(listener.get()), blocking == Blocking::yes);
    EXPECT_EQ(is_blocking(client.get()), blocking == Blocking::yes);
    EXPECT_TRUE(closes_on_exec(listener.get()));
    EXPECT_TRUE(closes_on_exec(client.get()));
    EXPECT_TRUE(has_no_delay(client.get()));
    EXPECT_EQ(socket_error(client.get()), 0);
  }
}

TEST(Socket, started_connect_completes_with_writability) {
  const UniqueFd listener = listen_tcp({"127.0.0.1", 0}, Blocking::yes);
  const UniqueFd client = start_connect_tcp(local_endpoint(listener.get()));
  pollfd waiting{client.get(), POLLOUT, 0};
  ASSERT_EQ(::poll(&waiting, 1, kDeadlineMs), 1);
  EXPECT_EQ(socket_error(client.get()), 0);
  EXPECT_FALSE(is_blocking(client.get()));
  EXPECT_TRUE(has_no_delay(client.get()));
}

TEST(Socket, refused_connect_is_an_error_that_names_the_endpoint) {
  const Endpoint nobody = free_port();
  try {
    const UniqueFd fd = connect_tcp(nobody, Blocking::yes, kDeadlineMs);
    FAIL() << "connected to a port nobody listens on";
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code().value(), ECONNREFUSED);
    EXPECT_NE(std::string(error.what()).find(to_string(nobody)), std::string::npos) << error.what();
  }
}

TEST(Socket, taken_port_is_an_error_that_names_the_endpoint) {
  const UniqueFd first = listen_tcp({"127.0.0.1", 0}, Blocking::yes);
  const Endpoint taken = local_endpoint(first.get());
  try {
    const UniqueFd second = listen_tcp(taken, Blocking::yes);
    FAIL() << "two listeners on one port";
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code().value(), EADDRINUSE);
    EXPECT_NE(std::string(error.what()).find(to_string(taken)), std::string::npos) << error.what();
  }
}

TEST(Socket, address_that_is_not_numeric_is_refused) {
  EXPECT_THROW(static_cast<void>(listen_tcp({"localhost", 0}, Blocking::yes)), std::system_error);
}

}  // namespace
}  // namespace interleave
