package io.techops.broadcast.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * One thread checks the files once a second: that works on every file system, for a file that is written in place,
 * replaced, or reached through a link that is changed. Files that belong together, such as a certificate and its key,
 * are replaced one after the other: they are read when nothing has changed for one round. A reading that fails is
 * repeated every second, because the cause may pass while the files stay the same; it is logged again only if the files
 * or the cause have changed.
 *
 * The timer would not run a task again that throws, so the task catches everything, also an Error.
 */

/** Reads files again when they change. Safe for use by any number of threads. */
final class FileWatch implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(FileWatch.class);

    /** Reads a group of files. */
    @FunctionalInterface
    interface Reading {

        /**
         * Reads the files, and applies their content.
         *
         * @throws BadOption if they cannot be used: then the content before stays in force
         */
        void read() throws BadOption;
    }

    private final List<Watched> all = new CopyOnWriteArrayList<>();
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread made = new Thread(task, "broadcast-service-files");
        made.setDaemon(true);
        return made;
    });

    /** Watches files from now on; called before they are read for the first time. */
    void add(List<Path> files, Reading reading) {
        all.add(new Watched(files, reading));
    }

    /** Starts the checks. */
    void start() {
        if (!all.isEmpty()) {
            Runnable look = () -> look(false);
            thread.scheduleWithFixedDelay(look, 1, 1, TimeUnit.SECONDS);
        }
    }

    /** Reads all files now, whether they have changed or not; does nothing after the end. */
    void readAll() {
        try {
            thread.execute(() -> look(true));
        } catch (RejectedExecutionException closed) {
            LOG.debug("The files are not read again: this is the end");
        }
    }

    /** Ends the checks. */
    @Override
    public void close() {
        thread.shutdownNow();
    }

    private void look(boolean now) {
        for (Watched watched : all) {
            try {
                watched.look(now);
            } catch (Throwable thrown) {
                // Usually no memory, not even to log it: the next check comes in a second.
            }
        }
    }

    private static final class Watched {

        /** In place of a state, which is never empty. */
        private static final String UNREAD = "";

        private final List<Path> files;
        private final Reading reading;
        /** The state in which the files were read; {@link #UNREAD} if that failed. */
        private String read;
        private String seen;
        /** The state in which the files could not be read, and why; null if they could. */
        private @Nullable String told;

        Watched(List<Path> files, Reading reading) {
            this.files = files;
            this.reading = reading;
            this.read = state();
            this.seen = read;
        }

        /** Called by the one thread alone. */
        void look(boolean now) {
            String state = state();
            boolean steady = state.equals(seen);
            seen = state;
            if (now) {
                told = null;
            } else if (!steady || state.equals(read)) {
                return;
            }
            read = UNREAD;
            try {
                reading.read();
                read = state;
                told = null;
            } catch (BadOption e) {
                tell(state, "A changed file cannot be used", e.getMessage(), null);
            } catch (RuntimeException | Error e) {
                tell(state, "A changed file could not be read", e.getMessage(), e);
            }
        }

        private void tell(String state, String what, @Nullable String why, @Nullable Throwable thrown) {
            String tells = state + why;
            if (!tells.equals(told)) {
                LOG.warn("{}, and what was read before stays in force: {}", what, why, thrown);
                told = tells;
            }
        }

        private String state() {
            StringBuilder state = new StringBuilder();
            files.forEach(file -> state.append(state(file)).append('\n'));
            return state.toString();
        }

        private static @Nullable String state(Path file) {
            try {
                BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
                return attributes.lastModifiedTime() + " " + attributes.size() + " " + attributes.fileKey();
            } catch (IOException e) {
                return null; // a state like any other
            }
        }
    }
}
