# A session with the Ruby client from openapi-generator. Argument: the base URL.

require 'tempfile'
require 'time'
require 'uri'
require 'openapi_client'

include OpenapiClient

BASE_URL = URI(ARGV.fetch(0))
PASSWORD = 'Pizza is not a fruit!'

def client(username = nil, password = nil, token: nil)
  configuration = Configuration.new do |c|
    c.scheme = BASE_URL.scheme
    c.host = "#{BASE_URL.host}:#{BASE_URL.port}"
    c.base_path = BASE_URL.path
    c.server_index = nil
    c.username = username
    c.password = password
    c.access_token = token
    c.params_encoding = :multi
  end
  ApiClient.new(configuration)
end

# Registers somebody, and signs them in for good.
def signed_up(username, password)
  newcomer = UserToCreate.new(username: username, password: password)
  registered = UsersApi.new(client).create_user(newcomer)
  check(registered.user.username == username, 'registered')
  tokens = TokensApi.new(client(username, password))
  created = tokens.create_token(TokenToCreate.new(name: 'Ruby', scope: TokenScope::WRITE))
  client(token: created.token.secret)
end

def check(holds, what)
  raise what unless holds
end

def refused(status, code)
  yield
rescue ApiError => e
  body = ErrorBody.build_from_hash(JSON.parse(e.response_body, symbolize_names: true))
  check([e.code, body.code] == [status, code], "#{code}: #{e.code} #{e.response_body}")
  body
else
  raise "#{code} was expected"
end

# Register, and sign in.
susan = signed_up('susan', PASSWORD)
tasks = TasksApi.new(susan)

# Create, and page.
book = TaskToCreate.new(title: 'Read a book', labels: ['home'], due: '2026-11-30')
task = tasks.create_task(book).task
tasks.create_task(TaskToCreate.new(title: 'Read a page'))
first = tasks.get_tasks(limit: 1)
rest = tasks.get_tasks(limit: 1, cursor: first.next_cursor)
check(first.tasks[0].id == task.id && rest.next_cursor.nil?, 'two pages')

# Filter by labels and time.
since = task.updated_at.getlocal('+05:45')
filtered = tasks.get_tasks(label: ['home'], updated_since: since.iso8601(6))
check(filtered.tasks.map(&:title) == ['Read a book'], 'filtered')

# Read, and send back whole.
read, _, headers = tasks.get_task_with_http_info(task.id)
members = read.task.to_hash.transform_values { |one| one.is_a?(Time) ? one.iso8601(6) : one }
back = TaskChanges.build_from_hash(members)
back.done = true
updated = tasks.update_task(task.id, back).task
check(updated.done && updated.title == 'Read a book', 'sent back')

# Overwrite only what was seen.
seen = headers['ETag']
refused(412, ErrorCode::PRECONDITION_FAILED) { tasks.update_task(task.id, back, if_match: seen) }

# Clear a member.
patched = tasks.patch_task(task.id, TaskPatch.new(due: nil, description: nil)).task
check(patched.due.nil?, 'cleared')

# Send again, safely.
bread, again = Array.new(2) do
  tasks.create_task(TaskToCreate.new(title: 'Buy bread'), idempotency_key: 'bread-1').task
end
check(bread.id == again.id, 'done once')

# Many at once.
operations = [
  BatchOperation.new(create: TaskToCreate.new(title: 'Read on')),
  BatchOperation.new(update: TaskUpdate.new(id: bread.id, done: true)),
  BatchOperation.new(delete: TaskDeletion.new(id: bread.id))
]
results = BatchApi.new(susan).run_batch(Batch.new(operations: operations)).results
check(results[0].task.title == 'Read on' && results[2].result, 'batch')

# Follow with a copy.
changes = ChangesApi.new(susan).get_changes.changes
check(changes.map { |change| change.task.title } == ['Read a page', 'Read a book', 'Read on'], 'changes')

# Export in each form, and import.
transfer = TransferApi.new(susan)
ExportFormat.all_vars.each do |format|
  file = transfer.export_tasks(format: format)
  check(File.read(file.path).length > 100, format)
end
Tempfile.create('tasks') do |file|
  lines = "{\"title\": \"Rest\"}\n"
  check(transfer.import_tasks(file, debug_body: lines).imported == 1, 'imported')
end

# Invite somebody to a list.
tom = signed_up('tom', "#{PASSWORD}!")
lists = ListsApi.new(susan)
garden = lists.create_list(ListToCreate.new(name: 'Garden', time_zone: 'Europe/Berlin')).list
asked = InvitationToCreate.new(role: InvitedRole::INVITED_VIEWER, expires_in_days: 1)
code = SharingApi.new(susan).create_invitation(garden.id, asked).invitation.code
sharing = SharingApi.new(tom)
joined = sharing.redeem_invitation(InvitationToRedeem.new(code: code)).list
check([joined.id, joined.role, joined.is_own] == [garden.id, ListRole::VIEWER, false], 'joined')
roles = sharing.get_members(garden.id).members.to_h { |member| [member.username, member.role] }
check(roles == { 'susan' => ListRole::OWNER, 'tom' => ListRole::VIEWER }, 'roles')

# Do a task that comes again.
weekly = TaskRepeat.new(rule: 'FREQ=WEEKLY;BYDAY=FR', from: RepeatFrom::FROM_DUE)
water = TaskToCreate.new(title: 'Water the plants', list_id: garden.id, due: '2030-11-29')
water.assigned_to = 'tom'
water.repeat = weekly
watering = tasks.create_task(water).task
check(watering.repeat == weekly, 'repeats')
done = tasks.update_task(watering.id, TaskChanges.new(done: true)).task
toms_tasks = TasksApi.new(tom)
following = toms_tasks.get_task(done.next_id).task
check([following.due, following.previous_id] == ['2030-12-06', done.id], 'successor')
both = toms_tasks.get_tasks(list_id: [garden.id], assigned_to: 'tom').tasks
check(both == [done, following], 'both')
refused(403, ErrorCode::ROLE_TOO_LOW) do
  toms_tasks.update_task(done.id, TaskChanges.new(done: false))
end
check(lists.delete_list(garden.id).result, 'deleted')
refused(404, ErrorCode::NOT_FOUND) { toms_tasks.get_task(done.id) }

# Be refused.
fault = refused(400, ErrorCode::INVALID_BODY) do
  tasks.patch_task(task.id, TaskPatch.new(title: ' '))
end
check(fault.errors[0].pointer == '/title', 'pointer')
refused(401, ErrorCode::UNAUTHORIZED) { TokensApi.new(client('susan', 'It is!')).get_tokens }
refused(404, ErrorCode::NOT_FOUND) { tasks.get_task(1_000_000) }
