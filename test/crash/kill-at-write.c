/*
 * Preloaded into a process, kills it with SIGKILL at its N-th change to a file whose path contains FOLIO_KILL_PATH.
 * FOLIO_KILL_AT: N, counted from 1; FOLIO_KILL_HALF=1: after half of the N-th write instead of before it (a torn write).
 * FOLIO_KILL_REPORT: a file that gets a letter for each change when the process ends alive: w(rite), s(ync), t(runcate), u(nlink),
 * r(ename: either name), m(kdir), d (rmdir).
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static long count = 0;
static char kinds[100000];
static long kill_at = -1;
static int half = 0;
static const char *wanted = NULL;

__attribute__((constructor)) static void setup(void) {
  const char *at = getenv("FOLIO_KILL_AT");
  kill_at = at ? atol(at) : 0;
  half = getenv("FOLIO_KILL_HALF") != NULL;
  wanted = getenv("FOLIO_KILL_PATH");
}

__attribute__((destructor)) static void report(void) {
  const char *path = getenv("FOLIO_KILL_REPORT");
  FILE *file = path ? fopen(path, "w") : NULL;
  if (file == NULL) return;
  fputs(kinds, file);
  fclose(file);
}

static int counts_path(const char *path) { return wanted != NULL && path != NULL && strstr(path, wanted) != NULL; }

static int counts_fd(int fd) {
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length <= 0) return 0;
  path[length] = 0;
  return counts_path(path);
}

/* Notes a change and says whether it is the one to die at. */
static int is_the_one(char kind) {
  if (count < (long)sizeof kinds - 1) kinds[count] = kind;
  return ++count == kill_at;
}

static void die(void) {
  kill(getpid(), SIGKILL);
  for (;;) pause();
}

#define REAL(name) ((typeof(&name))dlsym(RTLD_NEXT, #name))

ssize_t write(int fd, const void *data, size_t size) {
  static typeof(&write) real;
  if (!real) real = REAL(write);
  if (counts_fd(fd) && is_the_one('w')) {
    if (half) real(fd, data, size / 2);
    die();
  }
  return real(fd, data, size);
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t offset) {
  static typeof(&pwrite) real;
  if (!real) real = REAL(pwrite);
  if (counts_fd(fd) && is_the_one('w')) {
    if (half) real(fd, data, size / 2, offset);
    die();
  }
  return real(fd, data, size, offset);
}

ssize_t pwrite64(int fd, const void *data, size_t size, off64_t offset) {
  static typeof(&pwrite64) real;
  if (!real) real = REAL(pwrite64);
  if (counts_fd(fd) && is_the_one('w')) {
    if (half) real(fd, data, size / 2, offset);
    die();
  }
  return real(fd, data, size, offset);
}

int fsync(int fd) {
  static typeof(&fsync) real;
  if (!real) real = REAL(fsync);
  if (counts_fd(fd) && is_the_one('s')) die();
  return real(fd);
}

int fdatasync(int fd) {
  static typeof(&fdatasync) real;
  if (!real) real = REAL(fdatasync);
  if (counts_fd(fd) && is_the_one('s')) die();
  return real(fd);
}

int ftruncate(int fd, off_t size) {
  static typeof(&ftruncate) real;
  if (!real) real = REAL(ftruncate);
  if (counts_fd(fd) && is_the_one('t')) die();
  return real(fd, size);
}

int ftruncate64(int fd, off64_t size) {
  static typeof(&ftruncate64) real;
  if (!real) real = REAL(ftruncate64);
  if (counts_fd(fd) && is_the_one('t')) die();
  return real(fd, size);
}

int unlink(const char *path) {
  static typeof(&unlink) real;
  if (!real) real = REAL(unlink);
  if (counts_path(path) && is_the_one('u')) die();
  return real(path);
}

int rename(const char *from, const char *to) {
  static typeof(&rename) real;
  if (!real) real = REAL(rename);
  if ((counts_path(from) || counts_path(to)) && is_the_one('r')) die();
  return real(from, to);
}

int mkdir(const char *path, mode_t mode) {
  static typeof(&mkdir) real;
  if (!real) real = REAL(mkdir);
  if (counts_path(path) && is_the_one('m')) die();
  return real(path, mode);
}

int rmdir(const char *path) {
  static typeof(&rmdir) real;
  if (!real) real = REAL(rmdir);
  if (counts_path(path) && is_the_one('d')) die();
  return real(path);
}
