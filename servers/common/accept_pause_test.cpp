#include "servers/common/accept_pause.hpp"

#include <gtest/gtest.h>

namespace interleave {
namespace {

using std::chrono::milliseconds;
constexpr TimePoint kStart{std::chrono::hours(1)};

TEST(AcceptPause, lasts_until_its_time) {
  AcceptPause pause;
  EXPECT_TRUE(pause.over(kStart));
  EXPECT_EQ(pause.until(), kNever);
  pause.begin(kStart);
  EXPECT_EQ(pause.until(), kStart + kAcceptPause);
  EXPECT_FALSE(pause.over(kStart + kAcceptPause - milliseconds(1)));
  EXPECT_TRUE(pause.active());
  EXPECT_TRUE(pause.over(kStart + kAcceptPause));
  EXPECT_FALSE(pause.active());
}

TEST(AcceptPause, ends_with_a_connection) {
  AcceptPause pause;
  pause.begin(kStart);
  pause.end();
  EXPECT_TRUE(pause.over(kStart));
}

TEST(AcceptPause, is_for_what_the_server_lacks_and_not_for_a_client_that_has_gone) {
  for (const int error : {EMFILE, ENFILE, ENOBUFS, ENOMEM}) EXPECT_TRUE(accept_must_pause(error)) << error;
  for (const int error : {EAGAIN, ECONNABORTED, EINTR}) EXPECT_FALSE(accept_must_pause(error)) << error;
}

}  // namespace
}  // namespace interleave
