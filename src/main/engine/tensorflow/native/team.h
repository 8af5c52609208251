// A few threads that work through the steps of a sequence together.

#ifndef FOLIO_TEAM_H_
#define FOLIO_TEAM_H_

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <cstdlib>
#include <mutex>
#include <thread>
#include <vector>

#if defined(__linux__)
#include <sched.h>
#endif

namespace folio {

// A turn of waiting. It lets other programs run after a while.
inline void Pause(int spins) {
  if (spins > 4000) {
    std::this_thread::yield();
    return;
  }
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

// All threads of a team wait until the last has come. Waiting spins, because a step is over in about a millisecond and waking a
// sleeping thread takes a good part of that; after a while it lets other programs run.
class Barrier {
 public:
  explicit Barrier(int count) : count_(count), waiting_(0), round_(0) {}

  void Wait() {
    const int64_t round = round_.load(std::memory_order_acquire);
    if (waiting_.fetch_add(1, std::memory_order_acq_rel) + 1 == count_) {
      waiting_.store(0, std::memory_order_relaxed);
      round_.store(round + 1, std::memory_order_release);
      return;
    }
    for (int spins = 0; round_.load(std::memory_order_acquire) == round; ++spins) Pause(spins);
  }

 private:
  const int count_;
  std::atomic<int> waiting_;
  std::atomic<int64_t> round_;
};

// Threads for work on so many units: as many as TensorFlow uses, but not so many that each has next to nothing to do.
inline int TeamSize(int64_t units) {
  const char* asked = std::getenv("TF_NUM_INTRAOP_THREADS");
  int threads = asked != nullptr ? std::atoi(asked) : 0;
  if (threads <= 0) threads = static_cast<int>(std::thread::hardware_concurrency());
  return static_cast<int>(std::max<int64_t>(1, std::min<int64_t>({threads, units / 32, 16})));
}

// The part of `units` that member `index` of `count` has: [begin, end).
struct Share {
  int64_t begin, end;
  Share(int64_t units, int index, int count) : begin(units * index / count), end(units * (index + 1) / count) {}
  int64_t size() const { return end - begin; }
};

// Who does what in rounds of the same work: every member has groups of its own and, when these are done, takes what others have not
// begun yet. So a member that was interrupted does not keep the others waiting for all of its work.
class Claims {
 public:
  Claims(int64_t groups, int count, int64_t rounds)
      : groups_(groups), count_(count), taken_(static_cast<size_t>(count * rounds)) {}

  // Calls work(group) on this thread until all groups of the round are taken. The barrier after it makes them done.
  template <typename Work>
  void Run(int member, int64_t round, Work work) {
    for (int i = 0; i < count_; ++i) {
      const int owner = (member + i) % count_;
      const Share share(groups_, owner, count_);
      std::atomic<int64_t>& taken = taken_[static_cast<size_t>(round * count_ + owner)].value;
      for (;;) {
        const int64_t next = taken.fetch_add(1, std::memory_order_relaxed);
        if (next >= share.size()) break;
        work(share.begin + next);
      }
    }
  }

 private:
  // On cache lines of their own.
  struct alignas(64) Counter {
    std::atomic<int64_t> value{0};
  };
  const int64_t groups_;
  const int count_;
  std::vector<Counter> taken_;
};

// Keeps the members of a team on processors of their own. Where two run on one, and both spin for each other, the system sees two busy
// threads and no reason to move one: such a step takes twice as long. Where the team has as many members as there are processors, each
// gets one; on larger machines there is always a free one to move to. A new thread may run where its maker may: so the maker sits down
// last, or all would begin on its processor and wait there for a turn.
class Seats {
 public:
  explicit Seats(int count) {
#if defined(__linux__)
    CPU_ZERO(&before_);
    taken_ = count > 1 && sched_getaffinity(0, sizeof before_, &before_) == 0 && CPU_COUNT(&before_) == count;
    if (!taken_) return;
    own_ = sched_getcpu();
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
      if (cpu != own_ && CPU_ISSET(cpu, &before_)) others_.push_back(cpu);
    }
#endif
  }
  ~Seats() {
#if defined(__linux__)
    if (taken_) sched_setaffinity(0, sizeof before_, &before_);
#endif
  }
  Seats(const Seats&) = delete;
  Seats& operator=(const Seats&) = delete;

  // Called by member `index` on its own thread; by member 0, who made the others, when all have been made.
  void Take(int index) const {
#if defined(__linux__)
    if (taken_ && index - 1 < static_cast<int>(others_.size())) Sit(index == 0 ? own_ : others_[index - 1]);
#endif
  }

 private:
#if defined(__linux__)
  static void Sit(int cpu) {
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(cpu, &one);
    sched_setaffinity(0, sizeof one, &one);
  }
  cpu_set_t before_;
  int own_ = 0;
  std::vector<int> others_;
  bool taken_ = false;
#endif
};

// Calls work(index) on every member; this thread is member 0. Nobody begins before all are there: when the system has no more
// threads, none has waited for the missing one. `work` must not throw; it finds its memory ready.
template <typename Work>
void RunTeam(int count, Work work) {
  enum Gate { kWait, kGo, kLeave };
  const Seats seats(count);
  std::atomic<int> gate{kWait};
  std::vector<std::thread> others;
  others.reserve(static_cast<size_t>(count));
  try {
    for (int index = 1; index < count; ++index) {
      others.emplace_back([&, index] {
        seats.Take(index);
        for (int spins = 0; gate.load(std::memory_order_acquire) == kWait; ++spins) Pause(spins);
        if (gate.load(std::memory_order_acquire) == kLeave) return;
        work(index);
      });
    }
  } catch (...) {
    gate.store(kLeave, std::memory_order_release);
    for (std::thread& thread : others) thread.join();
    throw;
  }
  seats.Take(0);
  gate.store(kGo, std::memory_order_release);
  work(0);
  for (std::thread& thread : others) thread.join();
}

// Threads that stay between calls, for work of a fraction of a millisecond: they spin a while for the next call before they sleep.
// One for the whole process; calls must not overlap (TensorFlow runs eager operations one after the other).
class StandingTeam {
 public:
  static StandingTeam& Get() {
    static StandingTeam* team = new StandingTeam();  // never destroyed: its threads end with the process
    return *team;
  }

  // Calls work(index) for 0 .. count - 1; this thread is 0. `work` must not throw.
  template <typename Work>
  void Run(int count, Work& work) {
    if (count <= 1) return work(0);
    while (static_cast<int>(workers_) < count - 1) Start();
    call_ = [](void* work, int index) { (*static_cast<Work*>(work))(index); };
    work_ = &work;
    left_.store(count - 1, std::memory_order_relaxed);
    {
      std::lock_guard<std::mutex> lock(mutex_);
      const int64_t number = round_.load(std::memory_order_relaxed) / kMembers + 1;
      round_.store(number * kMembers + count, std::memory_order_release);
    }
    wake_.notify_all();
    work(0);
    for (int spins = 0; left_.load(std::memory_order_acquire) != 0; ++spins) Pause(spins);
  }

 private:
  static constexpr int kSpins = 20000;  // about a millisecond
  static constexpr int64_t kMembers = 256;  // more than a team ever has

  void Start() {
    const int index = workers_ + 1;
    const int64_t seen = round_.load(std::memory_order_acquire);
    std::thread([this, index, seen] { Serve(index, seen); }).detach();
    ++workers_;  // only now: there may be no thread to be had
  }

  void Serve(int index, int64_t seen) {
    for (;;) {
      int spins = 0;
      while (round_.load(std::memory_order_acquire) == seen && spins < kSpins) {
        Pause(0);
        ++spins;
      }
      if (round_.load(std::memory_order_acquire) == seen) {
        std::unique_lock<std::mutex> lock(mutex_);
        wake_.wait(lock, [&] { return round_.load(std::memory_order_acquire) != seen; });
      }
      // A thread that has no part in a call is not waited for and may wake up several calls later. So it looks once: what it reads
      // says how many take part in that very call, and a call that it takes part in cannot end without it.
      seen = round_.load(std::memory_order_acquire);
      if (index < seen % kMembers) {
        call_(work_, index);
        left_.fetch_sub(1, std::memory_order_release);
      }
    }
  }

  // The number of the call, times kMembers, plus how many take part in it.
  std::atomic<int64_t> round_{0};
  std::atomic<int> left_{0};
  std::mutex mutex_;
  std::condition_variable wake_;
  void (*call_)(void*, int) = nullptr;
  void* work_ = nullptr;
  int workers_ = 0;
};

}  // namespace folio

#endif  // FOLIO_TEAM_H_
