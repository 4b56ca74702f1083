/* Preloaded: the process syncs one file at a time, and waits two milliseconds more for each. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <time.h>

typedef int Sync(int);

static pthread_mutex_t disk = PTHREAD_MUTEX_INITIALIZER;

static int slowly(const char *name, int file)
{
    struct timespec time = {0, 2000000};
    Sync *sync = (Sync *)dlsym(RTLD_NEXT, name);
    pthread_mutex_lock(&disk);
    nanosleep(&time, 0);
    int result = sync(file);
    pthread_mutex_unlock(&disk);
    return result;
}

int fsync(int file)
{
    return slowly("fsync", file);
}

int fdatasync(int file)
{
    return slowly("fdatasync", file);
}
