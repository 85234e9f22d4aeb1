package io.techops.broadcast.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * Files are looked at once a second, by one thread: that works on every file system, for a file that is written in
 * place, replaced, or reached over a link that is changed. Files that belong together, such as a certificate and its
 * key, are replaced one after the other: they are read once nothing has changed for one round. Each state is read
 * once, so a bad one is told once.
 */

/** Has files read again when they change. Safe for use by any number of threads. */
final class FileWatch {

    private static final Logger LOG = LoggerFactory.getLogger(FileWatch.class);

    /** What reads files again. */
    @FunctionalInterface
    interface Reading {

        /**
         * Reads them, and puts what was read into force.
         *
         * @throws BadOption if they cannot be used: then what was in force stays
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

    /** Begins to look. */
    void start() {
        if (!all.isEmpty()) {
            thread.scheduleWithFixedDelay(() -> all.forEach(watched -> watched.look(false)), 1, 1, TimeUnit.SECONDS);
        }
    }

    /** Looks at all files at once, whether they have changed or not. */
    void readAll() {
        thread.execute(() -> all.forEach(watched -> watched.look(true)));
    }

    private static final class Watched {

        private final List<Path> files;
        private final Reading reading;
        private String read;
        private String seen;

        Watched(List<Path> files, Reading reading) {
            this.files = files;
            this.reading = reading;
            this.read = state();
            this.seen = read;
        }

        synchronized void look(boolean now) {
            String state = state();
            boolean steady = state.equals(seen);
            seen = state;
            if (!now && (!steady || state.equals(read))) {
                return;
            }
            read = state;
            try {
                reading.read();
            } catch (BadOption e) {
                LOG.warn("A changed file cannot be used, and what was read before stays in force: {}", e.getMessage());
            } catch (RuntimeException | Error e) {
                LOG.warn("A changed file could not be read, and what was read before stays in force", e);
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
                return null; // as good as any other state
            }
        }
    }
}
