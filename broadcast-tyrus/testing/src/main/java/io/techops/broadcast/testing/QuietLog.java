package io.techops.broadcast.testing;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * For test classes none of whose tests logs a warning: a test that does fails. One that expects a warning catches it
 * with a {@link LogCatch} of its own.
 */
public final class QuietLog implements BeforeEachCallback, AfterEachCallback {

    private LogCatch log;

    /** For JUnit. */
    public QuietLog() {
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        log = new LogCatch();
    }

    @Override
    public void afterEach(ExtensionContext context) {
        log.close();
        assertThat(log.warnings()).as("warnings").isEmpty();
    }
}
