package io.techops.broadcast;

import org.jspecify.annotations.Nullable;

/** What foreign code throws in tests. */
enum Thrown {
    EXCEPTION {
        @Override
        void fail() {
            throw new IllegalStateException("on purpose");
        }
    },
    ERROR {
        @Override
        void fail() {
            throw new NoClassDefFoundError("on purpose");
        }
    },
    OVERFLOW_OF_THE_STACK {
        @Override
        void fail() {
            throw new StackOverflowError("on purpose");
        }
    },
    NO_MEMORY {
        @Override
        void fail() {
            throw new OutOfMemoryError("on purpose");
        }
    },
    CANNOT_BE_PRINTED {
        @Override
        void fail() {
            throw new Unprintable();
        }
    };

    abstract void fail();

    private static final class Unprintable extends RuntimeException {
        private static final long serialVersionUID = 1;

        @Override
        public String getMessage() {
            throw new IllegalStateException("lazy message");
        }

        @Override
        public String toString() {
            throw new NoClassDefFoundError("com/acme/Texts");
        }

        @Override
        public synchronized @Nullable Throwable getCause() {
            throw new IllegalStateException("lazy cause");
        }

        @Override
        public StackTraceElement[] getStackTrace() {
            throw new IllegalStateException("lazy trace");
        }

        @Override
        public int hashCode() {
            throw new IllegalStateException("lazy hash");
        }
    }
}
