// Ownership and a few questions around hiredis's redisReader, for the two readers of resp.hpp only.
#pragma once
#include <cstddef>
#include <memory>
#include <new>
#include <span>

#include <hiredis/read.h>

namespace interleave {

struct FreeRedisReader {
  void operator()(redisReader* reader) const noexcept { redisReaderFree(reader); }
};
using RedisReaderPtr = std::unique_ptr<redisReader, FreeRedisReader>;

// `functions` and `owner` (the reader tasks' privdata) must outlive the reader.
[[nodiscard]] inline RedisReaderPtr make_redis_reader(redisReplyObjectFunctions& functions, void* owner) {
  RedisReaderPtr reader(redisReaderCreateWithFunctions(&functions));
  if (!reader) throw std::bad_alloc();
  reader->privdata = owner;
  // Never give the buffer back when it runs empty: it would cost an allocation per large reply. Its size is bounded
  // by the largest string accepted.
  reader->maxbuf = 0;
  return reader;
}

[[nodiscard]] inline bool feed_redis_reader(redisReader& reader, std::span<const std::byte> data) {
  return redisReaderFeed(&reader, reinterpret_cast<const char*>(data.data()), data.size()) == REDIS_OK;
}

// Bytes fed and not yet part of a value read.
[[nodiscard]] inline std::size_t unread_bytes(const redisReader& reader) noexcept {
  return reader.len - reader.pos;
}

}  // namespace interleave
