const answer = await fetch('/api/v1/cluster');
document.getElementById('main').append(JSON.stringify(await answer.json(), null, 2));
