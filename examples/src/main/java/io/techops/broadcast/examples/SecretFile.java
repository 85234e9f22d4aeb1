package io.techops.broadcast.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads files with secrets. */
final class SecretFile {

    private static final Logger LOG = LoggerFactory.getLogger(SecretFile.class);

    private SecretFile() {
    }

    /**
     * {@return the lines of a file} That every user of the machine can read it is a warning.
     *
     * @param option the option that names it
     * @throws BadOption if it cannot be read
     */
    static List<String> lines(String option, Path file) throws BadOption {
        try {
            List<String> lines = Files.readAllLines(file);
            if (isOpen(file)) {
                LOG.warn("{} can be read by every user of this machine, and so can what is secret in it: {}", option,
                        file);
            }
            return lines;
        } catch (IOException e) {
            throw new BadOption(option, "must be a text file that can be read", file);
        }
    }

    private static boolean isOpen(Path file) throws IOException {
        return file.getFileSystem().supportedFileAttributeViews().contains("posix")
                && Files.getPosixFilePermissions(file).contains(PosixFilePermission.OTHERS_READ);
    }
}
