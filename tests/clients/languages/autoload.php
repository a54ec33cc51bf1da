<?php
// What Composer would write: where classes are, the client's (CLIENT) and Debian's Guzzle.

declare(strict_types=1);

require 'GuzzleHttp/autoload.php';

spl_autoload_register(function (string $class): void {
    $prefix = 'OpenAPI\\Client\\';
    if (str_starts_with($class, $prefix)) {
        require getenv('CLIENT') . strtr(substr($class, strlen($prefix)), '\\', '/') . '.php';
    }
});
