#include "backend/arrival_clock.hpp"

#include <array>
#include <cstring>
#include <ctime>

#include <gtest/gtest.h>

namespace interleave {
namespace {

// A received message with a time stamp, as recvmsg() leaves it.
class StampedMessage {
 public:
  explicit StampedMessage(timespec stamp) {
    message_.msg_control = control_.data();
    message_.msg_controllen = control_.size();
    cmsghdr* header = CMSG_FIRSTHDR(&message_);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_TIMESTAMPNS;
    header->cmsg_len = CMSG_LEN(sizeof stamp);
    std::memcpy(CMSG_DATA(header), &stamp, sizeof stamp);
  }
  [[nodiscard]] const msghdr& get() const { return message_; }

 private:
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(timespec))> control_{};
  msghdr message_{};
};

timespec real_time() {
  timespec time{};
  clock_gettime(CLOCK_REALTIME, &time);
  return time;
}

TEST(ArrivalClock, puts_the_stamp_on_our_clock) {
  const TimePoint before = now();
  const StampedMessage message(real_time());
  const TimePoint after = now();
  ArrivalClock clock;
  clock.synchronise();
  const TimePoint arrival = clock.arrival(message.get(), after + std::chrono::milliseconds(500));
  // The clocks are read one after the other; the test allows what a busy machine may put between.
  EXPECT_GE(arrival, before - std::chrono::milliseconds(100));
  EXPECT_LE(arrival, after + std::chrono::milliseconds(100));
}

TEST(ArrivalClock, never_says_later_than_the_reading) {
  ArrivalClock clock;
  clock.synchronise();
  const TimePoint read_at = now() - std::chrono::milliseconds(500);
  EXPECT_EQ(clock.arrival(StampedMessage(real_time()).get(), read_at), read_at);
}

TEST(ArrivalClock, does_not_believe_an_old_stamp) {
  ArrivalClock clock;
  clock.synchronise();
  timespec old = real_time();
  old.tv_sec -= 3600;
  const TimePoint read_at = now();
  EXPECT_EQ(clock.arrival(StampedMessage(old).get(), read_at), read_at);
}

TEST(ArrivalClock, takes_the_reading_where_there_is_no_stamp) {
  const ArrivalClock clock;
  const TimePoint read_at = now();
  EXPECT_EQ(clock.arrival(msghdr{}, read_at), read_at);
}

}  // namespace
}  // namespace interleave
