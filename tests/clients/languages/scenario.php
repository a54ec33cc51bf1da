<?php
// A session with the PHP client from openapi-generator. Argument: the base URL.

declare(strict_types=1);

use OpenAPI\Client\Api\BatchApi;
use OpenAPI\Client\Api\ChangesApi;
use OpenAPI\Client\Api\ListsApi;
use OpenAPI\Client\Api\SharingApi;
use OpenAPI\Client\Api\TasksApi;
use OpenAPI\Client\Api\TransferApi;
use OpenAPI\Client\Api\UsersApi;
use OpenAPI\Client\ApiException;
use OpenAPI\Client\Configuration;
use OpenAPI\Client\Model\Batch;
use OpenAPI\Client\Model\BatchOperation;
use OpenAPI\Client\Model\ErrorBody;
use OpenAPI\Client\Model\ErrorCode;
use OpenAPI\Client\Model\ExportFormat;
use OpenAPI\Client\Model\InvitationToCreate;
use OpenAPI\Client\Model\InvitationToRedeem;
use OpenAPI\Client\Model\InvitedRole;
use OpenAPI\Client\Model\ListRole;
use OpenAPI\Client\Model\ListToCreate;
use OpenAPI\Client\Model\RepeatFrom;
use OpenAPI\Client\Model\TaskChanges;
use OpenAPI\Client\Model\TaskDeletion;
use OpenAPI\Client\Model\TaskPatch;
use OpenAPI\Client\Model\TaskRepeat;
use OpenAPI\Client\Model\TaskToCreate;
use OpenAPI\Client\Model\TaskUpdate;
use OpenAPI\Client\Model\UserToCreate;

const PASSWORD = 'Pizza is not a fruit!';

function configuration(?string $username = null, ?string $password = null): Configuration
{
    $configuration = (new Configuration())->setHost($GLOBALS['argv'][1]);
    return $username === null
        ? $configuration
        : $configuration->setUsername($username)->setPassword($password);
}

function check(bool $holds, string $what): void
{
    if (!$holds) {
        throw new RuntimeException($what);
    }
}

function refused(int $status, string $code, callable $call): ErrorBody
{
    try {
        $call();
    } catch (ApiException $refusal) {
        $body = $refusal->getResponseObject();
        check($body instanceof ErrorBody, "typed: {$refusal->getMessage()}");
        check([$refusal->getCode(), $body->getCode()] === [$status, $code], $code);
        return $body;
    }
    throw new RuntimeException("$code was expected.");
}

$susan = configuration('susan', PASSWORD);
$tasks = new TasksApi(config: $susan);

// Register, and sign in.
$newcomer = new UserToCreate(['username' => 'susan', 'password' => PASSWORD]);
$registered = (new UsersApi(config: configuration()))->createUser($newcomer);
check($registered->getUser()->getUsername() === 'susan', 'registered');

// Create, and page.
$book = new TaskToCreate(['title' => 'Read a book', 'labels' => ['home'], 'due' => '2026-11-30']);
$task = $tasks->createTask($book)->getTask();
$tasks->createTask(new TaskToCreate(['title' => 'Read a page']));
$first = $tasks->getTasks(limit: 1);
$rest = $tasks->getTasks(limit: 1, cursor: $first->getNextCursor());
check($first->getTasks()[0]->getId() === $task->getId(), 'first page');
check($rest->getNextCursor() === null, 'last page');

// Filter by labels and time.
$since = $task->getUpdatedAt()->setTimezone(new DateTimeZone('Asia/Kathmandu'));
$filtered = $tasks->getTasks(label: ['home'], updated_since: $since->format(DATE_RFC3339_EXTENDED));
check(count($filtered->getTasks()) === 1, 'filtered');

// Read, and send back whole.
[$read, , $headers] = $tasks->getTaskWithHttpInfo($task->getId());
$members = (array) json_decode((string) $read->getTask(), true);
$back = (new TaskChanges($members))->setDone(true);
$updated = $tasks->updateTask($task->getId(), $back)->getTask();
check($updated->getDone() && $updated->getTitle() === 'Read a book', 'sent back');

// Overwrite only what was seen.
$seen = $headers['etag'][0];
refused(412, ErrorCode::PRECONDITION_FAILED, fn () => $tasks->updateTask($task->getId(), $back, $seen));

// Clear a member.
$patched = $tasks->patchTask($task->getId(), (new TaskPatch())->setDue(null))->getTask();
check($patched->getDue() === null, 'cleared');

// Send again, safely.
$buy = new TaskToCreate(['title' => 'Buy bread']);
$bread = $tasks->createTask($buy, 'bread-1')->getTask();
$again = $tasks->createTask($buy, 'bread-1')->getTask();
check($bread->getId() === $again->getId(), 'done once');

// Many at once.
$operations = [
    new BatchOperation(['create' => new TaskToCreate(['title' => 'Read on'])]),
    new BatchOperation(['update' => new TaskUpdate(['id' => $bread->getId(), 'done' => true])]),
    new BatchOperation(['delete' => new TaskDeletion(['id' => $bread->getId()])]),
];
$batch = new Batch(['operations' => $operations]);
$results = (new BatchApi(config: $susan))->runBatch($batch)->getResults();
check($results[0]->getTask()->getTitle() === 'Read on' && $results[2]->getResult(), 'batch');

// Follow with a copy.
$changes = (new ChangesApi(config: $susan))->getChanges()->getChanges();
check(count($changes) === 3 && $changes[2]->getTask()->getTitle() === 'Read on', 'changes');

// Export in each form, and import.
$transfer = new TransferApi(config: $susan);
foreach (ExportFormat::getAllowableEnumValues() as $format) {
    $file = $transfer->exportTasks($format);
    check($file->getSize() > 100, $format);
}
$name = tempnam(sys_get_temp_dir(), 'tasks');
file_put_contents($name, "{\"title\": \"Rest\"}\n");
$imported = $transfer->importTasks(new SplFileObject($name), contentType: 'application/x-ndjson');
check($imported->getImported() === 1, 'imported');

// Invite somebody to a list.
const TOMS_PASSWORD = PASSWORD . '!';
$newcomer = new UserToCreate(['username' => 'tom', 'password' => TOMS_PASSWORD]);
(new UsersApi(config: configuration()))->createUser($newcomer);
$tom = configuration('tom', TOMS_PASSWORD);
$lists = new ListsApi(config: $susan);
$garden = new ListToCreate(['name' => 'Garden', 'time_zone' => 'Europe/Berlin']);
$listId = $lists->createList($garden)->getList()->getId();
$asked = new InvitationToCreate(['role' => InvitedRole::INVITED_VIEWER, 'expires_in_days' => 1]);
$invitation = (new SharingApi(config: $susan))->createInvitation($listId, $asked)->getInvitation();
$sharing = new SharingApi(config: $tom);
$code = new InvitationToRedeem(['code' => $invitation->getCode()]);
$joined = $sharing->redeemInvitation($code)->getList();
check($joined->getId() === $listId && !$joined->getIsOwn(), 'joined');
check($joined->getRole() === ListRole::VIEWER, 'role');
$members = $sharing->getMembers($listId)->getMembers();
$roles = array_map(fn ($member) => [$member->getUsername(), $member->getRole()], $members);
check($roles === [['susan', ListRole::OWNER], ['tom', ListRole::VIEWER]], 'members');

// Do a task that comes again.
$weekly = new TaskRepeat(['rule' => 'FREQ=WEEKLY;BYDAY=FR', 'from' => RepeatFrom::FROM_DUE]);
$water = new TaskToCreate(['title' => 'Water the plants', 'list_id' => $listId]);
$water->setDue('2030-11-29')->setAssignedTo('tom')->setRepeat($weekly);
$watering = $tasks->createTask($water)->getTask();
check($watering->getRepeat() == $weekly, 'repeats');
$done = $tasks->updateTask($watering->getId(), (new TaskChanges())->setDone(true))->getTask();
$tomsTasks = new TasksApi(config: $tom);
$next = $tomsTasks->getTask($done->getNextId())->getTask();
check([$next->getDue(), $next->getPreviousId()] === ['2030-12-06', $done->getId()], 'successor');
$both = $tomsTasks->getTasks(list_id: [$listId], assigned_to: 'tom')->getTasks();
check($both == [$done, $next], 'both');
refused(403, ErrorCode::ROLE_TOO_LOW, function () use ($tomsTasks, $done) {
    $tomsTasks->updateTask($done->getId(), (new TaskChanges())->setDone(false));
});
check($lists->deleteList($listId)->getResult(), 'deleted');
refused(404, ErrorCode::NOT_FOUND, fn () => $tomsTasks->getTask($done->getId()));

// Be refused.
$fault = refused(400, ErrorCode::INVALID_BODY, function () use ($tasks, $task) {
    $tasks->patchTask($task->getId(), (new TaskPatch())->setTitle(' '));
});
check($fault->getErrors()[0]->getPointer() === '/title', 'pointer');
$stranger = new TasksApi(config: configuration('susan', 'It is!'));
refused(401, ErrorCode::UNAUTHORIZED, fn () => $stranger->getTasks());
refused(404, ErrorCode::NOT_FOUND, fn () => $tasks->getTask(1_000_000));
