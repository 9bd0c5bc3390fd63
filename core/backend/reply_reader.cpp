#include "core/backend/redis_reader.hpp"
#include "core/backend/resp.hpp"

namespace interleave {
namespace {

// Room for "$<length>\r\n" and the final "\r\n" around the longest string.
constexpr std::size_t kMaxUnread = kMaxReplyBytes + 64;

}  // namespace

struct ReplyReader::Impl {
  RedisReaderPtr reader;
  Reply reply;
  std::string text;
  bool keep_text = false;
  bool failed = false;

  static redisReplyObjectFunctions& functions();
  void* take(Reply::Kind kind, std::string_view value);
};

// hiredis wants an object per value; the reader itself stands for it. A null object makes hiredis report an error,
// which is how a value is refused.
void* ReplyReader::Impl::take(Reply::Kind kind, std::string_view value) {
  if (value.size() > kMaxReplyBytes) return nullptr;
  reply = {kind, static_cast<std::uint32_t>(value.size())};
  if (keep_text) text = value;
  return this;
}

redisReplyObjectFunctions& ReplyReader::Impl::functions() {
  static redisReplyObjectFunctions table{
      .createString = [](const redisReadTask* task, char* data, std::size_t size) -> void* {
        const Reply::Kind kind = task->type == REDIS_REPLY_ERROR    ? Reply::Kind::error
                                 : task->type == REDIS_REPLY_STATUS ? Reply::Kind::simple
                                                                    : Reply::Kind::bulk;
        return static_cast<Impl*>(task->privdata)->take(kind, {data, size});
      },
      .createArray = [](const redisReadTask*, int) -> void* { return nullptr; },
      .createInteger = [](const redisReadTask* task, long long value) -> void* {
        auto* const self = static_cast<Impl*>(task->privdata);
        self->reply = {Reply::Kind::integer, 0};
        if (self->keep_text) self->text = std::to_string(value);
        return self;
      },
      .createNil = [](const redisReadTask* task) -> void* {
        return static_cast<Impl*>(task->privdata)->take(Reply::Kind::nil, {});
      },
      .freeObject = nullptr,
  };
  return table;
}

ReplyReader::ReplyReader(bool keep_text) : impl_(std::make_unique<Impl>()) {
  impl_->keep_text = keep_text;
  impl_->reader = make_redis_reader(Impl::functions(), impl_.get());
}
ReplyReader::~ReplyReader() = default;
ReplyReader::ReplyReader(ReplyReader&&) noexcept = default;
ReplyReader& ReplyReader::operator=(ReplyReader&&) noexcept = default;

bool ReplyReader::feed(std::span<const std::byte> data) {
  if (!impl_->failed && !feed_redis_reader(*impl_->reader, data)) impl_->failed = true;
  return !impl_->failed;
}

std::optional<Reply> ReplyReader::next() {
  if (impl_->failed) return std::nullopt;
  void* object = nullptr;
  if (redisReaderGetReply(impl_->reader.get(), &object) != REDIS_OK) {
    impl_->failed = true;
    return std::nullopt;
  }
  if (object != nullptr) return impl_->reply;
  impl_->failed = unread_bytes(*impl_->reader) > kMaxUnread;
  return std::nullopt;
}

bool ReplyReader::failed() const noexcept {
  return impl_->failed;
}
std::string_view ReplyReader::text() const noexcept {
  return impl_->text;
}

}  // namespace interleave
