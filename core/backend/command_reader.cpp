extern "C" {
#include <hiredis/sds.h>  // has no linkage specification of its own
}

#include <algorithm>

#include "core/backend/redis_reader.hpp"
#include "core/backend/resp.hpp"

namespace interleave {
namespace {

// Room for "$<length>\r\n" and the final "\r\n" around the longest word.
constexpr std::size_t kMaxUnread = kMaxCommandBytes + 64;
// hiredis drops what was read from its buffer in steps of this size; so do inline commands.
constexpr std::size_t kDiscardBytes = 1024;
constexpr std::string_view kBlanks = " \t";

// Between two commands: no task, or one that has not seen its first byte.
bool at_start_of_command(const redisReader& reader) noexcept {
  return reader.ridx < 0 || (reader.ridx == 0 && reader.rstack[0].type < 0);
}

void skip_bytes(redisReader& reader, std::size_t count) {
  reader.pos += count;
  if (reader.pos < kDiscardBytes) return;
  sdsrange(reader.buf, static_cast<int>(reader.pos), -1);
  reader.pos = 0;
  reader.len = sdslen(reader.buf);
}

}  // namespace

struct CommandReader::Impl {
  RedisReaderPtr reader;
  // Words are copied here, since hiredis moves its buffer before it hands over the command.
  std::string bytes;
  std::vector<std::size_t> ends;
  std::vector<std::string_view> words;
  bool failed = false;

  static redisReplyObjectFunctions& functions();
  void clear();
  bool add(std::string_view word);
  std::span<const std::string_view> finish();
  bool read_inline();
  bool read_array();
};

void CommandReader::Impl::clear() {
  bytes.clear();
  ends.clear();
}

bool CommandReader::Impl::add(std::string_view word) {
  if (bytes.size() + word.size() > kMaxCommandBytes) return false;
  bytes += word;
  ends.push_back(bytes.size());
  return true;
}

std::span<const std::string_view> CommandReader::Impl::finish() {
  words.clear();
  std::size_t begin = 0;
  for (const std::size_t end : ends) {
    words.push_back(std::string_view(bytes).substr(begin, end - begin));
    begin = end;
  }
  return words;
}

// A null object makes hiredis report an error, which is how a value is refused: only an array of bulk strings passes.
redisReplyObjectFunctions& CommandReader::Impl::functions() {
  static redisReplyObjectFunctions table{
      .createString = [](const redisReadTask* task, char* data, std::size_t size) -> void* {
        auto* const self = static_cast<Impl*>(task->privdata);
        return task->type == REDIS_REPLY_STRING && self->add({data, size}) ? self : nullptr;
      },
      .createArray = [](const redisReadTask* task, int elements) -> void* {
        if (task->parent != nullptr || elements > static_cast<int>(kMaxCommandWords)) return nullptr;
        auto* const self = static_cast<Impl*>(task->privdata);
        self->clear();
        return self;
      },
      .createInteger = [](const redisReadTask*, long long) -> void* { return nullptr; },
      .createNil = [](const redisReadTask*) -> void* { return nullptr; },
      .freeObject = nullptr,
  };
  return table;
}

// True: a line was read, perhaps an empty one. False: none is complete, or it is too long.
bool CommandReader::Impl::read_inline() {
  const std::string_view unread(reader->buf + reader->pos, unread_bytes(*reader));
  const std::size_t end = unread.find('\n');
  if (end > kMaxInlineBytes) {  // npos, no line end yet, is larger than any bound
    failed = unread.size() > kMaxInlineBytes;
    return false;
  }
  std::string_view line = unread.substr(0, end);
  if (line.ends_with('\r')) line.remove_suffix(1);
  clear();
  while ((line = line.substr(std::min(line.find_first_not_of(kBlanks), line.size()))), !line.empty()) {
    const std::string_view word = line.substr(0, line.find_first_of(kBlanks));
    add(word);
    line.remove_prefix(word.size());
  }
  skip_bytes(*reader, end + 1);
  return true;
}

// True: an array was read, perhaps an empty one. False: it is not complete, or the protocol was violated.
bool CommandReader::Impl::read_array() {
  void* object = nullptr;
  if (redisReaderGetReply(reader.get(), &object) != REDIS_OK) {
    failed = true;
    return false;
  }
  if (object == nullptr) failed = unread_bytes(*reader) > kMaxUnread;
  return object != nullptr;
}

CommandReader::CommandReader() : impl_(std::make_unique<Impl>()) {
  impl_->reader = make_redis_reader(Impl::functions(), impl_.get());
}
CommandReader::~CommandReader() = default;
CommandReader::CommandReader(CommandReader&&) noexcept = default;
CommandReader& CommandReader::operator=(CommandReader&&) noexcept = default;

bool CommandReader::feed(std::span<const std::byte> data) {
  if (!impl_->failed && !feed_redis_reader(*impl_->reader, data)) impl_->failed = true;
  return !impl_->failed;
}

std::optional<std::span<const std::string_view>> CommandReader::next() {
  while (!impl_->failed) {
    const redisReader& reader = *impl_->reader;
    if (unread_bytes(reader) == 0) return std::nullopt;
    const bool is_inline = at_start_of_command(reader) && reader.buf[reader.pos] != '*';
    if (!(is_inline ? impl_->read_inline() : impl_->read_array())) return std::nullopt;
    if (!impl_->ends.empty()) return impl_->finish();
  }
  return std::nullopt;
}

bool CommandReader::failed() const noexcept {
  return impl_->failed;
}

}  // namespace interleave
