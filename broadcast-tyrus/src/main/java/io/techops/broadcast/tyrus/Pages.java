package io.techops.broadcast.tyrus;

import io.techops.broadcast.tyrus.pages.FolderSource;
import io.techops.broadcast.tyrus.pages.PageSource;
import io.techops.broadcast.tyrus.pages.ResourceSource;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The source of the page server's files: a folder on disk or a folder on the class path.
 *
 * <pre>{@code
 * BroadcastServer.builder().pages(Pages.folder(Path.of("public")))                            // edited while it runs
 * BroadcastServer.builder().pages(Pages.resources(Main.class.getClassLoader(), "my-pages"))   // shipped in the jar
 * }</pre>
 *
 * <p>Every request reads the file again, so the next request after an edit gets the edited file; nothing is kept in
 * memory between requests. The answer is 404 for files and folders whose name starts with a dot, for everything that is
 * outside the folder after every symbolic link was followed, and for everything that is not a regular file. There are
 * no folder listings: for a folder its {@code index.html} is served, or 404.
 *
 * <p>Immutable and safe for use by many threads.
 */
public final class Pages {

    private final PageSource source;

    private Pages(PageSource source) {
        this.source = source;
    }

    /**
     * {@return the pages in {@code folder} and the folders below it}
     *
     * <p>A relative path is resolved against the working directory at the time of this call. If the folder is a
     * symbolic link, it is followed at every request, so a new version can be published by changing the link. If files
     * or the folder are deleted later, requests for them get 404.
     *
     * @param folder an existing directory
     * @throws IllegalArgumentException if {@code folder} is not an existing directory
     */
    public static Pages folder(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw new IllegalArgumentException("folder must be an existing directory: " + folder
                    + (folder.isAbsolute() ? "" : ", which is " + folder.toAbsolutePath()));
        }
        return new Pages(new FolderSource(folder.toAbsolutePath()));
    }

    /**
     * {@return the pages among the class-path resources whose names start with {@code prefix} and a slash}
     *
     * <p>A folder needs an {@code index.html} to be recognised as one. On the module path the loader finds a resource
     * of a named module only if the module opens its package to everyone, or if a folder of its name cannot be a
     * package ({@code my-pages}, {@code META-INF/pages}).
     *
     * @param loader finds the resources
     * @param prefix a resource folder, without a slash at either end, such as {@code "com/example/page"}
     * @throws IllegalArgumentException if {@code prefix} is empty, starts or ends with a slash, or if {@code loader}
     *         finds no {@code index.html} below it
     */
    public static Pages resources(ClassLoader loader, String prefix) {
        if (prefix.isEmpty() || prefix.startsWith("/") || prefix.endsWith("/")) {
            throw new IllegalArgumentException(
                    "prefix must name a folder, without a slash at either end: \"" + prefix + '"');
        }
        if (loader.getResource(prefix + "/index.html") == null) {
            throw new IllegalArgumentException(
                    "prefix must be a resource folder with an index.html: \"" + prefix + '"');
        }
        return new Pages(new ResourceSource(loader, prefix));
    }

    PageSource source() {
        return source;
    }

    /** {@return a description of the source} */
    @Override
    public String toString() {
        return source.toString();
    }
}
