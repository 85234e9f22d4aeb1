package io.techops.broadcast.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.UnrecoverableKeyException;
import java.util.Collections;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** Makes a TLS context of a key store and the password in a file. */
final class Tls {

    private static final String KEYSTORE = "--tls-keystore";
    private static final String PASSWORD_FILE = "--tls-password-file";

    private Tls() {
    }

    /**
     * {@return a context that serves with the key in {@code keystore}}
     *
     * @param keystore a PKCS #12 or JKS file
     * @param passwordFile a file whose first line is the password of the key store and of its key
     * @throws BadOption if one of the two cannot be used
     */
    static SSLContext context(Path keystore, Path passwordFile) throws BadOption {
        char[] password = password(passwordFile);
        KeyStore keys = keys(keystore, password, passwordFile);
        try {
            KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(keys, password);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(factory.getKeyManagers(), null, null);
            return context;
        } catch (UnrecoverableKeyException e) {
            throw new BadOption(PASSWORD_FILE, "must hold the password of the key in " + keystore, passwordFile);
        } catch (GeneralSecurityException e) {
            throw new BadOption(KEYSTORE, "must be a key store that can be used (" + e.getMessage() + ")", keystore);
        }
    }

    private static char[] password(Path file) throws BadOption {
        try {
            return Files.readString(file).lines().findFirst().orElse("").toCharArray();
        } catch (IOException e) {
            throw new BadOption(PASSWORD_FILE, "must be a text file that can be read", file);
        }
    }

    private static KeyStore keys(Path file, char[] password, Path passwordFile) throws BadOption {
        if (!Files.isReadable(file) || Files.isDirectory(file)) {
            throw new BadOption(KEYSTORE, "must be a file that can be read", file);
        }
        try {
            KeyStore keys = KeyStore.getInstance(file.toFile(), password);
            for (String alias : Collections.list(keys.aliases())) {
                if (keys.isKeyEntry(alias)) {
                    return keys;
                }
            }
            throw new BadOption(KEYSTORE, "must hold a private key with its certificate", file);
        } catch (IOException e) {
            if (e.getCause() instanceof UnrecoverableKeyException) {
                throw new BadOption(PASSWORD_FILE, "must hold the password of " + file, passwordFile);
            }
            throw notAKeyStore(file);
        } catch (GeneralSecurityException e) {
            throw notAKeyStore(file);
        }
    }

    private static BadOption notAKeyStore(Path file) {
        return new BadOption(KEYSTORE, "must be a PKCS #12 or JKS key store", file);
    }
}
