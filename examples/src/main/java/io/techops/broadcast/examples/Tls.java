package io.techops.broadcast.examples;

import io.techops.broadcast.tyrus.ServerKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.net.ssl.SSLContext;

/** Makes a TLS context of a key store and the password in a file. */
final class Tls {

    private static final String KEYSTORE = "--tls-keystore";
    private static final String PASSWORD_FILE = "--tls-password-file";

    private Tls() {
    }

    /**
     * {@return a context that serves with the keys in {@code keystore}}
     *
     * @param keystore a PKCS #12 or JKS file
     * @param passwordFile a file whose first line is the password of the key store and of its keys
     * @throws BadOption if one of the two cannot be used
     */
    static SSLContext context(Path keystore, Path passwordFile) throws BadOption {
        char[] password;
        try {
            password = Files.readString(passwordFile).lines().findFirst().orElse("").toCharArray();
        } catch (IOException e) {
            throw new BadOption(PASSWORD_FILE, "must be a text file that can be read", passwordFile);
        }
        try {
            return ServerKeys.read(keystore, password);
        } catch (IllegalArgumentException e) { // names its parameters
            throw new BadOption(e.getMessage().replaceFirst("^password", "the password in " + PASSWORD_FILE)
                    .replaceFirst("\\bkeyStore\\b", KEYSTORE));
        }
    }
}
