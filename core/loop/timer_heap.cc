#include "core/loop/timer_heap.h"

namespace andon {

namespace {

bool Before(const TimerHeap::Entry* a, const TimerHeap::Entry* b) {
  return a->due != b->due ? a->due < b->due : a->ticket < b->ticket;
}

}  // namespace

void TimerHeap::Insert(Entry* entry) {
  heap_.push_back(entry);
  Up(heap_.size() - 1);
}

void TimerHeap::Remove(Entry* entry) {
  const size_t index = entry->index;
  if (index == kNowhere) return;
  entry->index = kNowhere;
  Entry* last = heap_.back();
  heap_.pop_back();
  if (last == entry) return;
  Place(last, index);
  Up(index);
  Down(last->index);
}

void TimerHeap::Place(Entry* entry, size_t index) {
  heap_[index] = entry;
  entry->index = index;
}

void TimerHeap::Up(size_t index) {
  Entry* entry = heap_[index];
  while (index > 0) {
    const size_t parent = (index - 1) / 2;
    if (!Before(entry, heap_[parent])) break;
    Place(heap_[parent], index);
    index = parent;
  }
  Place(entry, index);
}

void TimerHeap::Down(size_t index) {
  Entry* entry = heap_[index];
  for (size_t child = 2 * index + 1; child < heap_.size(); child = 2 * index + 1) {
    if (child + 1 < heap_.size() && Before(heap_[child + 1], heap_[child])) ++child;
    if (!Before(heap_[child], entry)) break;
    Place(heap_[child], index);
    index = child;
  }
  Place(entry, index);
}

}  // namespace andon
