package io.techops.broadcast.tyrus.pages;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderSourceTest {

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** As many segments as fit into a request. */
    @Test
    void aPathOfThousandsOfSegmentsTakesLittleMemory(@TempDir Path folder) throws Exception {
        List<String> segments = Collections.nCopies(8_000, "a");
        FolderSource source = new FolderSource(folder);
        assertThat(source.open(segments)).isNull(); // classes are loaded
        long before = threads.getCurrentThreadAllocatedBytes();
        assertThat(source.open(segments)).isNull();
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(4 << 20);
    }
}
