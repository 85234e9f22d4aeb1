package io.techops.broadcast.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file that holds a secret. If every user of the machine can read it, one warning is logged, and another one each
 * time that its mode has changed to a different one like that. For one thread at a time.
 */
final class SecretFile {

    private static final Logger LOG = LoggerFactory.getLogger(SecretFile.class);

    private final String option;
    private final Path file;
    /** The mode of the last warning; null if there was none, or the mode has been fine since. */
    private @Nullable String warnedOf;

    /** @param option the option that names it */
    SecretFile(String option, Path file) {
        this.option = option;
        this.file = file;
    }

    /**
     * {@return its lines}
     *
     * @throws BadOption if it cannot be read
     */
    List<String> lines() throws BadOption {
        try {
            List<String> lines = Files.readAllLines(file);
            warnIfOpen();
            return lines;
        } catch (IOException e) {
            throw new BadOption(option, "must be a text file that can be read", file);
        }
    }

    /** Warns if every user of the machine can read it, where the system has such modes. */
    void warnIfOpen() {
        String mode = openMode();
        if (mode != null && !mode.equals(warnedOf)) {
            LOG.warn("{} can be read by every user of this machine, and so can what is secret in it: {} ({})", option,
                    file, mode);
        }
        warnedOf = mode;
    }

    private @Nullable String openMode() {
        try {
            if (file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
                Set<PosixFilePermission> mode = Files.getPosixFilePermissions(file);
                return mode.contains(PosixFilePermission.OTHERS_READ) ? PosixFilePermissions.toString(mode) : null;
            }
        } catch (IOException e) {
            // It was just replaced: then it is read again.
        }
        return null;
    }
}
