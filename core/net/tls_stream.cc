#include "core/net/tls_stream.h"

#include <sys/socket.h>

#include <algorithm>
#include <utility>

namespace andon {

namespace {

constexpr size_t kRecordBytes = 16384;
constexpr size_t kMaxPieces = 64;

Interest Either(bool read, bool write) {
  return static_cast<Interest>((read ? 1 : 0) | (write ? 2 : 0));
}

// Walks over the pieces in steps of one record. Small pieces are put together.
class Records {
 public:
  explicit Records(std::span<const Bytes> pieces)
      : pieces_(pieces.first(std::min(pieces.size(), kMaxPieces))) {}
  // Valid until the next call; empty at the end.
  Bytes Next() {
    while (!pieces_.empty() && offset_ == pieces_.front().size()) NextPiece();
    if (pieces_.empty()) return {};
    const Bytes rest = pieces_.front().subspan(offset_);
    if (rest.size() >= kRecordBytes || pieces_.size() == 1) {
      const Bytes record = rest.first(std::min(rest.size(), kRecordBytes));
      offset_ += record.size();
      return record;
    }
    gathered_.Clear();
    while (!pieces_.empty() && gathered_.size() < kRecordBytes) {
      const Bytes more = pieces_.front().subspan(offset_);
      const size_t taken = std::min(more.size(), kRecordBytes - gathered_.size());
      gathered_.Append(more.first(taken));
      offset_ += taken;
      if (taken == more.size()) NextPiece();
    }
    return gathered_.bytes();
  }

 private:
  void NextPiece() {
    pieces_ = pieces_.subspan(1);
    offset_ = 0;
  }
  std::span<const Bytes> pieces_;
  size_t offset_ = 0;
  ByteBuffer gathered_;
};

}  // namespace

TlsStream::TlsStream(Loop& loop, std::unique_ptr<TlsConnection> connection)
    : loop_(loop), connection_(std::move(connection)), identity_(connection_->PeerIdentity()) {}

Result<std::unique_ptr<Stream>> TlsStream::Make(Loop& loop,
                                                std::unique_ptr<TlsConnection> connection) {
  std::unique_ptr<TlsStream> stream(new TlsStream(loop, std::move(connection)));
  TlsStream* raw = stream.get();
  ASSIGN_OR_RETURN(stream->watch_, loop.WatchFd(raw->fd(), Interest::kNone,
                                                [raw](Interest what) { raw->SocketReady(what); }));
  return std::unique_ptr<Stream>(std::move(stream));
}

void TlsStream::SetInterest(Interest what) {
  interest_ = what;
  Rearm();
}

void TlsStream::Rearm() {
  const bool wants_read = Has(interest_, Interest::kRead);
  const bool wants_write = Has(interest_, Interest::kWrite) || !unsent_.empty();
  watch_->Set(Either((wants_read && !read_wants_write_) || (wants_write && write_wants_read_),
                     (wants_write && !write_wants_read_) || (wants_read && read_wants_write_)));
  if (!wants_read || !may_hold_bytes_) {
    again_.reset();
  } else if (again_ == nullptr) {
    again_ = loop_.After(Duration(0), [this] {
      again_.reset();
      SocketReady(Interest::kNone);
    });
  }
}

Interest TlsStream::Possible(Interest socket) const {
  if (failed_) return interest_;
  const bool readable = Has(socket, read_wants_write_ ? Interest::kWrite : Interest::kRead);
  const bool writable = Has(socket, write_wants_read_ ? Interest::kRead : Interest::kWrite);
  return Either(Has(interest_, Interest::kRead) && (readable || may_hold_bytes_),
                Has(interest_, Interest::kWrite) && writable && unsent_.empty());
}

void TlsStream::SocketReady(Interest socket) {
  if (!unsent_.empty()) Flush();
  const Interest possible = Possible(socket);
  if (possible != Interest::kNone && ready_) {
    // Out here on the stack: `ready` may destroy the stream, or set another function.
    UniqueFunction<void(Interest)> ready = std::move(ready_);
    const Life::Watch watch(life_);
    ready(possible);
    if (watch.ended()) return;
    if (!ready_) ready_ = std::move(ready);
  }
  Rearm();
}

IoResult TlsStream::Taken(size_t bytes, bool ended) const {
  if (bytes > 0) return {IoResult::Outcome::kDone, bytes, OkStatus()};
  if (ended) return {IoResult::Outcome::kEnd, 0, connection_->error()};
  return {};
}

IoResult TlsStream::Read(std::span<std::byte> to) {
  if (failed_ || read_ended_ || to.empty()) return Taken(0, failed_ || read_ended_);
  size_t bytes = 0;
  const TlsOutcome outcome = connection_->Read(to, &bytes);
  if (outcome == TlsOutcome::kEnd) {
    read_ended_ = true;
    failed_ = !connection_->error().ok();
  }
  const bool may_hold = outcome == TlsOutcome::kDone || outcome == TlsOutcome::kEnd;
  const bool wants_write = outcome == TlsOutcome::kWantWrite;
  const bool changed = may_hold != may_hold_bytes_ || wants_write != read_wants_write_;
  may_hold_bytes_ = may_hold;
  read_wants_write_ = wants_write;
  if (changed) Rearm();
  return Taken(bytes, read_ended_);
}

bool TlsStream::Flush() {
  if (unsent_.empty()) return true;
  size_t bytes = 0;
  const TlsOutcome outcome = connection_->Write(unsent_.bytes(), &bytes);
  write_wants_read_ = outcome == TlsOutcome::kWantRead;
  if (outcome == TlsOutcome::kWantRead || outcome == TlsOutcome::kWantWrite) return false;
  unsent_.Release();
  if (outcome == TlsOutcome::kEnd) failed_ = true;
  if (outcome == TlsOutcome::kDone && shut_down_) ShutdownWrite();
  return true;
}

IoResult TlsStream::Write(std::span<const Bytes> from) {
  if (failed_ || !Flush()) return Taken(0, failed_);
  Records records(from);
  size_t total = 0;
  for (Bytes record = records.Next(); !record.empty() && !failed_; record = records.Next()) {
    size_t bytes = 0;
    const TlsOutcome outcome = connection_->Write(record, &bytes);
    if (outcome == TlsOutcome::kEnd) {
      failed_ = true;
      break;
    }
    total += record.size();
    if (outcome == TlsOutcome::kDone) continue;
    // OpenSSL has the record and must be given the same again: from here on it is ours.
    unsent_.Append(record);
    write_wants_read_ = outcome == TlsOutcome::kWantRead;
    Rearm();
    break;
  }
  return Taken(total, failed_);
}

void TlsStream::ShutdownWrite() {
  shut_down_ = true;
  if (!unsent_.empty() || failed_) return;
  connection_->Shutdown();
  (void)::shutdown(fd(), SHUT_WR);
}

}  // namespace andon
